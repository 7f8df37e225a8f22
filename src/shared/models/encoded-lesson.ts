import { z } from 'zod';
import { qualitySchema } from './quality.ts';

/**
 * What an encoder hands to publication: a folder with `lesson.json` (this schema, camelCase) and the files it names.
 * Nothing is encrypted or hashed yet.
 */
const fileName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,100}$/, 'must be a plain file name');
/** Of captions: it is part of their address, and one language has one file. */
export const captionsLanguageSchema = z.string().regex(/^[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*$/, 'must be a language tag, as in en or pt-BR').max(35);
const plainId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/);

export const encodedRenditionSchema = z.object({
  id: z.string().min(1).max(40),
  kind: z.enum(['video', 'audio']),
  /** A single-file CMAF: the initialisation segment first, then one fragment per segment. */
  file: fileName,
  /** RFC 6381. */
  codecs: z.string().min(1).max(100),
  quality: qualitySchema.nullable(),
  width: z.int().positive().nullable(),
  height: z.int().positive().nullable(),
  frameRate: z.number().positive().nullable(),
  initBytes: z.int().positive(),
  segments: z.array(z.object({ offset: z.int().positive(), bytes: z.int().positive(), durationUs: z.int().positive() })).min(1),
});
export type EncodedRendition = z.infer<typeof encodedRenditionSchema>;

export const encodedLessonSchema = z.object({
  id: plainId,
  courseId: plainId,
  position: z.int().nonnegative(),
  title: z.string().min(1).max(500),
  description: z.string().max(5000),
  language: z.string().max(35),
  durationMs: z.int().positive(),
  timelineId: plainId,
  renditions: z.array(encodedRenditionSchema),
  /** A plain MP4 without a ladder; then there are no renditions. */
  plainVideo: fileName.nullable(),
  captions: z.array(z.object({ language: z.string().max(35), file: fileName })),
  poster: fileName.nullable(),
  /** Small pictures on one sheet, and WebVTT that says which part of it shows when; absent where none were made. */
  thumbnails: z.object({ list: fileName, sheet: fileName }).nullish(),
  chapters: z.array(z.object({ startMs: z.int().nonnegative(), title: z.string().max(200) })),
});
export type EncodedLesson = z.infer<typeof encodedLessonSchema>;

/** Every file that it names. */
export function filesOf({ renditions, captions, poster, thumbnails, plainVideo }: EncodedLesson): string[] {
  return [...renditions.map(({ file }) => file), ...captions.map(({ file }) => file), poster, thumbnails?.list, thumbnails?.sheet, plainVideo].filter((name) => typeof name === 'string');
}

/** `school.json` beside the lesson folders: a whole school that a server can be filled with. */
export const encodedSchoolSchema = z.object({
  name: z.string().min(1).max(200),
  courses: z.array(
    z.object({
      id: plainId,
      title: z.string().min(1).max(500),
      description: z.string().max(5000),
      language: z.string().max(35),
      poster: fileName.nullable(),
      /** Folders below `lessons/`, in order. */
      lessons: z.array(plainId),
    }),
  ),
  people: z.array(
    z.object({
      id: plainId,
      name: z.string().min(1).max(200),
      email: z.string().min(3).max(320),
      /** Openly known: this is a demo. */
      password: z.string().min(1).max(1024),
      role: z.enum(['student', 'teacher', 'admin']),
      courses: z.array(plainId),
    }),
  ),
  /** Whose credentials the sign-in screen offers. */
  demoPerson: plainId.nullable(),
});
export type EncodedSchool = z.infer<typeof encodedSchoolSchema>;
