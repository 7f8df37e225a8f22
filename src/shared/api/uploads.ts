import { z } from 'zod';
import { captionsLanguageSchema, encodedLessonSchema } from '../models/encoded-lesson.ts';

const { id, courseId, title, description, language } = encodedLessonSchema.shape;

/** What a lesson is to be, made of files that were uploaded before. */
export const lessonOrderRequestSchema = z.object({
  /** An existing lesson is replaced; without it a new one is made. */
  id: id.optional(),
  ...{ courseId, title, language },
  description: description.default(''),
  /** Also a picture for those who count every megabyte (AV1). */
  dataSaver: z.boolean().default(false),
  captions: z
    .array(z.object({ language: captionsLanguageSchema, uploadId: z.string().min(1).max(64) }))
    .max(50)
    .refine((all) => new Set(all.map(({ language: spoken }) => spoken.toLowerCase())).size === all.length, 'must name each language once')
    .refine((all) => new Set(all.map(({ uploadId }) => uploadId)).size === all.length, 'must name each upload once')
    .default([]),
});
