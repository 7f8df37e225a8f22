import { z } from 'zod';

/** What of a school may be away for a while without anyone losing work. */
export const waitingForSchema = z.enum(['storage', 'database']);
export type WaitingFor = z.infer<typeof waitingForSchema>;

/** Work the server does in its own time, as a teacher follows it. */
export const jobSchema = z.object({
  id: z.string().min(1).max(64),
  kind: z.string().min(1).max(64),
  state: z.enum(['queued', 'running', 'done', 'failed', 'cancelled']),
  /** 0 to 1. */
  progress: z.number().min(0).max(1),
  /** Why it failed, as a sentence. */
  error: z.string().nullable(),
  /** What a running job waits for at the moment: it goes on by itself when that is back. */
  waitingFor: waitingForSchema.nullable().default(null),
  createdAt: z.number(),
  updatedAt: z.number(),
});
export type Job = z.infer<typeof jobSchema>;
