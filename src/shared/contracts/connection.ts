import { z } from 'zod';
import { errorCodeSchema } from '../errors.ts';
import { call, nothing, type Contract } from './contract.ts';

export const connectionStateSchema = z.object({
  status: z.enum(['checking', 'online', 'offline']),
  /** Why it is offline: offline, unreachable, captive_portal, tls_failed, clock_wrong, server_error. */
  reason: errorCodeSchema.nullable(),
  /** When this status began, ms since the Unix epoch by this machine's clock. */
  since: z.int(),
});
export type ConnectionState = z.infer<typeof connectionStateSchema>;

export const connectionContract = {
  calls: {
    'connection.state': call(nothing, connectionStateSchema),
    'connection.probe': call(nothing, connectionStateSchema),
  },
  events: { 'connection.changed': connectionStateSchema },
} as const satisfies Contract;
