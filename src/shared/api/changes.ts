import { z } from 'zod';
import { courseResponseSchema, idSchema } from './catalog.ts';

/** `GET /api/changes?since=<cursor>`: what of a student's catalogue is not as it was then. Without `since`, all of it. */
export const changesQuerySchema = z.object({ since: z.coerce.number().int().nonnegative().default(0) });

export const changesResponseSchema = z.object({
  /** To ask with the next time. */
  cursor: z.int().nonnegative(),
  /** Every course the student is enrolled in now, in the school's order; whatever else a client has is no more. */
  courseIds: z.array(idSchema),
  /** Courses that changed, whole: what a course does not list it no longer has. */
  courses: z.array(courseResponseSchema),
  /** What was removed, hidden, or is no longer the student's. */
  gone: z.array(z.object({ kind: z.enum(['course', 'lesson']), id: idSchema, courseId: idSchema })),
});
export type ChangesResponse = z.infer<typeof changesResponseSchema>;

/** `GET /api/leases`: those of this student on this device that have not ended by themselves. */
export const leaseStandingsSchema = z.object({
  leases: z.array(
    z.object({
      leaseId: z.string(),
      lessonId: z.string(),
      expiresAt: z.int(),
      /** False once the school took the lesson back: it would not be renewed, and is not to be used. */
      stands: z.boolean(),
    }),
  ),
});
export type LeaseStandings = z.infer<typeof leaseStandingsSchema>;
