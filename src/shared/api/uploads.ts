import { z } from 'zod';
import { encodedLessonSchema } from '../models/encoded-lesson.ts';

const { id, courseId, title, description, language } = encodedLessonSchema.shape;

/** What a lesson is to be, made of files that were uploaded before. */
export const lessonOrderRequestSchema = z.object({
  /** An existing lesson is replaced; without it a new one is made. */
  id: id.optional(),
  ...{ courseId, title, language },
  description: description.default(''),
  captions: z.array(z.object({ language: z.string().min(1).max(35), uploadId: z.string().min(1).max(64) })).max(50).default([]),
});
