import { z } from 'zod';
import { idSchema } from './catalog.ts';

/** `PATCH /api/progress/{lesson}`, for clients that keep no ranges. */
export const plainProgressChangeSchema = z
  .object({
    progressPercent: z.number().min(0).max(100),
    /** Seconds, all sittings together; at most a year. */
    watchDuration: z.number().min(0).max(31_536_000),
  })
  .partial()
  .refine((change) => Object.keys(change).length > 0, 'must say something');

/** The most that was ever said. */
export const plainProgressSchema = z.object({ lessonId: idSchema, progressPercent: z.number(), watchDuration: z.number(), updatedAt: z.int() });
export type PlainProgress = z.infer<typeof plainProgressSchema>;
