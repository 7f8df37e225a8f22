import { z } from 'zod';

/** Work the server does in its own time, as a teacher follows it. */
export const jobSchema = z.object({
  id: z.string().min(1).max(64),
  kind: z.string().min(1).max(64),
  state: z.enum(['queued', 'running', 'done', 'failed', 'cancelled']),
  /** 0 to 1. */
  progress: z.number().min(0).max(1),
  /** Why it failed, as a sentence. */
  error: z.string().nullable(),
  createdAt: z.number(),
  updatedAt: z.number(),
});
export type Job = z.infer<typeof jobSchema>;
