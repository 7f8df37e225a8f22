import { z } from 'zod';
import { courseSummarySchema, idSchema, lessonSchema } from '../api/catalog.ts';
import { call, nothing, type Contract } from './contract.ts';

/** `posterUrl`s are app:// URLs here; server paths stay in main. */
export const courseViewSchema = courseSummarySchema.extend({
  lessons: z.array(lessonSchema.omit({ videoUrl: true, manifestUrl: true, donePercent: true })),
});
export type CourseView = z.infer<typeof courseViewSchema>;
export type LessonView = CourseView['lessons'][number];

export const catalogViewSchema = z.object({
  courses: z.array(courseViewSchema),
  /** When the server last told us, ms since the Unix epoch; null when it never has. */
  refreshedAt: z.int().nullable(),
});
export type CatalogView = z.infer<typeof catalogViewSchema>;

export const catalogContract = {
  calls: {
    /** What was last seen, at once, also offline. */
    'catalog.view': call(nothing, catalogViewSchema),
    /** Asks the server; `catalog.changed` follows. Fails as the network does. */
    'catalog.refresh': call(nothing, nothing),
    'catalog.lesson': call(z.object({ lessonId: idSchema }), lessonSchema.omit({ videoUrl: true, manifestUrl: true, donePercent: true })),
  },
  events: { 'catalog.changed': catalogViewSchema },
} as const satisfies Contract;
