import { z } from 'zod';
import { progressEventSchema, recordedAtSchema } from '../api/progress.ts';

export const progressFileFormat = 'teachify-progress';

/** What a machine recorded and could not send, as a file that another machine or a teacher can upload. */
export const progressFileSchema = z.object({
  format: z.literal(progressFileFormat),
  version: z.literal(1),
  /** `server#student`. */
  account: z.string().min(1).max(4096),
  installId: z.string().min(1).max(64),
  /** The machine's clocks when the file was written. */
  exportedAt: recordedAtSchema,
  /** The server's time as far as the machine knew, ms since the Unix epoch. */
  writtenAt: z.int().nonnegative(),
  events: z.array(progressEventSchema).max(50_000),
});
export type ProgressFile = z.infer<typeof progressFileSchema>;
