import { z } from 'zod';
import { usualDonePercent } from '../models/progress.ts';
import { qualitySchema } from '../models/quality.ts';

export const idSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'must be a plain identifier');

export const courseSummarySchema = z.object({
  id: idSchema,
  title: z.string().max(500),
  description: z.string().max(5000),
  /** BCP 47 tag of what is spoken. */
  language: z.string().max(35),
  /** Path on the server of the poster picture, which is clear and public; null when there is none. */
  posterUrl: z.string().nullable(),
  lessonCount: z.int().nonnegative(),
  durationMs: z.int().nonnegative(),
});
export type CourseSummary = z.infer<typeof courseSummarySchema>;

export const lessonSchema = z.object({
  id: idSchema,
  courseId: idSchema,
  position: z.int().nonnegative(),
  title: z.string().max(500),
  description: z.string().max(5000),
  durationMs: z.int().positive(),
  /** Progress hangs on the timeline, which changes only when the time axis does. */
  timelineId: idSchema,
  /** Grows with each publication. */
  revision: z.int().positive(),
  /** `.../playlist.m3u8` of an HLS lesson, `.../video.mp4` of a plain one. */
  videoUrl: z.string(),
  /** Path of the signed manifest; null for a plain MP4 lesson. */
  manifestUrl: z.string().nullable(),
  posterUrl: z.string().nullable(),
  /** What taking the lesson home costs: picture, sound and side files together, in bytes. Best first. */
  qualities: z.array(z.object({ quality: qualitySchema, bytes: z.int().nonnegative() })),
  /** Watched so much of, distinct content, the lesson is done. A server of an earlier version does not say. */
  donePercent: z.int().min(1).max(100).default(usualDonePercent),
});
export type Lesson = z.infer<typeof lessonSchema>;

export const coursesResponseSchema = z.object({ courses: z.array(courseSummarySchema) });

export const courseResponseSchema = z.object({ course: courseSummarySchema, lessons: z.array(lessonSchema) });
export type CourseResponse = z.infer<typeof courseResponseSchema>;

/** The manifest's exact bytes as text and their detached JWS (RFC 7515 appendix F, EdDSA by the school's signing key). */
export const signedManifestSchema = z.object({ payload: z.string().max(4_000_000), signature: z.string().max(2000) });
export type SignedManifest = z.infer<typeof signedManifestSchema>;

export const leaseRequestSchema = z.object({ deviceId: z.string().min(1).max(64) });
/** A compact JWS over a `leaseSchema` payload. */
export const leaseResponseSchema = z.object({ lease: z.string().min(1).max(16_000) });
