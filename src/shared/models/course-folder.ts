import { z } from 'zod';
import { newAttachmentSchema } from '../api/school.ts';
import { encodedLessonSchema } from './encoded-lesson.ts';

const { id, title, description, language, timelineId, poster } = encodedLessonSchema.shape;
const fileName = poster.unwrap();

/**
 * `course.json` of a course on its way from one school to another. Beside it `lessons/<id>/`, each an encoder's folder
 * (encoded-lesson.ts) with the lesson's attachments in it. In camelCase, as what encoders write.
 */
export const courseFolderSchema = z.object({
  format: z.literal('teachify-course/1'),
  course: z.object({ id, title, description, language, donePercent: z.int().min(1).max(100), poster }),
  /** In order. */
  lessons: z.array(
    z.object({
      id,
      published: z.boolean(),
      attachments: z.array(z.object({ name: newAttachmentSchema.shape.name, file: fileName })).max(100),
      /** Of a lesson whose video lies elsewhere; then it has no folder. */
      link: z.object({ url: z.url(), title, description, language, timelineId }).nullable(),
    }),
  ),
});
export type CourseFolder = z.infer<typeof courseFolderSchema>;
