import { z } from 'zod';
import { call, type Contract } from './contract.ts';

/** A line that was said, in parts: those that were sought and those around them. */
const saidLineSchema = z.object({
  startMs: z.int().nonnegative(),
  parts: z.array(z.object({ text: z.string(), found: z.boolean() })),
});
export type SaidLine = z.infer<typeof saidLineSchema>;

export const foundLessonSchema = z.object({
  lessonId: z.string(),
  courseId: z.string(),
  lessonTitle: z.string(),
  courseTitle: z.string(),
  language: z.string(),
  /** How often in this lesson; `lines` are the first few of them, in its order. */
  count: z.int().positive(),
  lines: z.array(saidLineSchema),
});
export type FoundLesson = z.infer<typeof foundLessonSchema>;

export const transcriptsContract = {
  calls: {
    /** Lessons on this computer in which all of these words are said in one breath, best first. The last word may be a beginning. */
    'transcripts.search': call(
      z.object({ words: z.string().max(200) }),
      z.object({
        lessons: z.array(foundLessonSchema),
        /** How many lessons were looked through. */
        searched: z.int().nonnegative(),
      }),
    ),
  },
  events: {},
} as const satisfies Contract;
