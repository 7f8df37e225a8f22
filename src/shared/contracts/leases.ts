import { z } from 'zod';
import { call, nothing, type Contract } from './contract.ts';

/** A lease that ends within three days, has ended, or was taken back. */
export const endingLeaseSchema = z.object({
  lessonId: z.string(),
  /** By the machine's trusted clock; 0 when it has ended. */
  msLeft: z.int().nonnegative(),
  /** The school took it back; asked for again with every renewal. */
  takenBack: z.boolean(),
});
export type EndingLease = z.infer<typeof endingLeaseSchema>;

export const leasesContract = {
  calls: { 'leases.ending': call(nothing, z.array(endingLeaseSchema)) },
  events: { 'leases.changed': z.array(endingLeaseSchema) },
} as const satisfies Contract;
