import { z } from 'zod';
import { studentSchema } from '../api/auth.ts';
import { call, nothing, type Contract } from './contract.ts';

const serverViewSchema = z.object({
  url: z.string(),
  /** Known once the server has answered. */
  name: z.string().nullable(),
  demo: z.object({ email: z.string(), password: z.string() }).nullable(),
  /** Whether one may sign in at the school's own page, in the system's browser. */
  browser: z.boolean(),
});
export type ServerView = z.infer<typeof serverViewSchema>;

/** `server address#student id`. */
export const accountIdSchema = z.string().min(1).max(2200);

/** A student of this machine, as offered to whoever sits down. */
const knownStudentSchema = studentSchema.extend({
  accountId: accountIdSchema,
  /** Name or address of the school. */
  school: z.string(),
  /** Whether a PIN lets back in on a shared computer. */
  hasPin: z.boolean(),
});
export type KnownStudent = z.infer<typeof knownStudentSchema>;

export const accountsStateSchema = z.object({
  /** The school of the student who is here; while nobody is, the one to sign in to. */
  server: serverViewSchema,
  /** Where another student would sign in. */
  signInServer: serverViewSchema,
  /** The student whose lessons and progress are shown; null when nobody is here. */
  student: studentSchema.nullable(),
  accountId: accountIdSchema.nullable(),
  /** Everybody who may sit down at this machine without signing in anew, who is here included. Who signed out is not among them. */
  students: z.array(knownStudentSchema),
  /** False when the sitting has no valid token (offline restart without a keychain, refused refresh): what is here still plays. */
  authorised: z.boolean(),
  /** Where the refresh token lies. */
  tokenStorage: z.enum(['keychain', 'memory']),
  /** A shared computer: tokens in memory only, a lock after a while, a PIN to come back. */
  shared: z.boolean(),
  /** The student is away; nothing is shown or told until the PIN or the password came. */
  locked: z.boolean(),
});
export type AccountsState = z.infer<typeof accountsStateSchema>;

/** What the browser shows when it has brought the student's answer, in the language of the app. */
const backPageSchema = z.strictObject({
  language: z.string().regex(/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/).max(35),
  direction: z.enum(['ltr', 'rtl']),
  title: z.string().max(200),
  body: z.string().max(500),
});
export type BackPage = z.infer<typeof backPageSchema>;

/** Who asks is the student and not a neighbour at a seat that was left open. */
const pinProofSchema = z.union([z.strictObject({ pin: z.string().regex(/^\d{4,12}$/) }), z.strictObject({ password: z.string().min(1).max(1024) })]);
export type PinProof = z.infer<typeof pinProofSchema>;

const pinSchema = z.string().regex(/^\d{4,12}$/, 'four to twelve digits');

export const accountsContract = {
  calls: {
    'accounts.state': call(nothing, accountsStateSchema),
    /**
     * Asks the server who it is, and signs in there from now on. Fails with unreachable, captive_portal, tls_failed, no_https,
     * ...; with not_encrypted for plain http beyond this computer, unless `unencrypted` says that it is meant.
     */
    'accounts.checkServer': call(z.object({ serverUrl: z.string().max(2000), unencrypted: z.boolean().optional() }), accountsStateSchema),
    /** `again` names a student of this machine, whose school is asked whatever the sign-in server is. */
    'accounts.signIn': call(z.object({ email: z.string().max(320), password: z.string().max(1024), again: accountIdSchema.optional() }), accountsStateSchema),
    /** At the school's own page, in the system's browser; answers when the student came back from there. Fails with sign_in_stopped. */
    'accounts.signInByBrowser': call(z.strictObject({ again: accountIdSchema.optional(), backPage: backPageSchema }), accountsStateSchema),
    'accounts.stopBrowserSignIn': call(nothing, nothing),
    /** Hides what is the student's until the next sign-in; gives nothing up. */
    'accounts.signOut': call(nothing, accountsStateSchema),
    /** Another student of this machine sits down, or the same comes back. Fails with wrong_pin, password_needed. */
    'accounts.choose': call(z.object({ accountId: accountIdSchema, pin: pinSchema.nullable() }), accountsStateSchema),
    /**
     * Of the student who is here; null takes it away. Where there is one already, `proof` is that one or the password, which needs
     * the line. Fails with wrong_pin, password_needed, wrong_credentials, unreachable, ...
     */
    'accounts.setPin': call(z.strictObject({ pin: pinSchema.nullable(), proof: pinProofSchema.nullable() }), accountsStateSchema),
    /** On a shared computer: until the PIN. */
    'accounts.lock': call(nothing, accountsStateSchema),
    /** Nobody is here, and all may choose. */
    'accounts.stepAside': call(nothing, accountsStateSchema),
    /** Somebody moved or typed. */
    'accounts.active': call(nothing, nothing),
  },
  events: { 'accounts.changed': accountsStateSchema },
} as const satisfies Contract;

/** All that is answered while nobody may see anything: the student is away, or none was chosen on a shared computer. */
export const callsWhileClosed: ReadonlySet<string> = new Set([
  ...Object.keys(accountsContract.calls).filter((name) => name !== 'accounts.setPin' && name !== 'accounts.signOut'),
  ...['connection.state', 'connection.probe', 'settings.get', 'shell.info', 'shell.setFullScreen', 'shell.keepAwake', 'shell.takeLink'],
  // The last words of a player that is taken down, what was typed or decided before; none is answered with anything.
  ...['progress.report', 'playback.close', 'notes.keepDraft', 'downloads.remove', 'downloads.removeMany', 'progress.startAnew'],
]);
