import { z } from 'zod';
import { studentSchema } from '../api/auth.ts';
import { call, nothing, type Contract } from './contract.ts';

const serverViewSchema = z.object({
  url: z.string(),
  /** Known once the server has answered. */
  name: z.string().nullable(),
  demo: z.object({ email: z.string(), password: z.string() }).nullable(),
});

export const accountsStateSchema = z.object({
  server: serverViewSchema,
  /** The student whose lessons and progress are shown; null when signed out. */
  student: studentSchema.nullable(),
  /** False when the sitting has no valid token (offline restart without a keychain, refused refresh): what is here still plays. */
  authorised: z.boolean(),
  /** Where the refresh token lies. */
  tokenStorage: z.enum(['keychain', 'memory']),
});
export type AccountsState = z.infer<typeof accountsStateSchema>;

export const accountsContract = {
  calls: {
    'accounts.state': call(nothing, accountsStateSchema),
    /** Asks the server who it is. Fails with unreachable, captive_portal, tls_failed, ... */
    'accounts.checkServer': call(z.object({ serverUrl: z.string().max(2000) }), accountsStateSchema),
    'accounts.signIn': call(z.object({ email: z.string().max(320), password: z.string().max(1024) }), accountsStateSchema),
    'accounts.signOut': call(nothing, accountsStateSchema),
  },
  events: { 'accounts.changed': accountsStateSchema },
} as const satisfies Contract;
