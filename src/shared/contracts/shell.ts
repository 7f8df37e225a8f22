import { z } from 'zod';
import { wireErrorSchema } from '../errors.ts';
import { deepLinkSchema } from '../models/deep-link.ts';
import { call, nothing, type Contract } from './contract.ts';

export const shellInfoSchema = z.object({
  version: z.string(),
  electron: z.string(),
  chromium: z.string(),
  platform: z.string(),
  /** BCP 47 tag of the system. */
  locale: z.string(),
  /** Why the app could not start as it should (damaged database, folder in use); the window then shows only this. */
  startupProblem: wireErrorSchema.nullable(),
  /** Variables of the environment that name a proxy nobody can read, and that is passed over. Names only: an address may hold a password. */
  unreadableProxies: z.array(z.string()).readonly(),
});
export type ShellInfo = z.infer<typeof shellInfoSchema>;

export const shellContract = {
  calls: {
    'shell.info': call(nothing, shellInfoSchema),
    /** Opens the folder where a damaged database was set aside, or where lessons lie. Named, never a path. */
    'shell.showFolder': call(z.object({ folder: z.enum(['data', 'logs']) }), nothing),
    /** Sets the damaged database aside, keeps its file, and starts afresh from disk and server. */
    'shell.repairDatabase': call(nothing, nothing),
    'shell.setFullScreen': call(z.object({ on: z.boolean() }), nothing),
    /** While it is on, the screen does not sleep. */
    'shell.keepAwake': call(z.object({ on: z.boolean() }), nothing),
    /** The address from outside that waits, once: null after it was taken. */
    'shell.takeLink': call(nothing, z.object({ link: deepLinkSchema.nullable() })),
  },
  events: {
    'shell.fullScreenChanged': z.object({ on: z.boolean() }),
    /** The window is about to close or the machine to sleep: report progress now. */
    'shell.suspending': z.object({}),
    /** An address of ours was opened outside: take it. */
    'shell.linkReceived': z.object({}),
  },
} as const satisfies Contract;
