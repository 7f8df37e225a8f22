import { z } from 'zod';
import type { CourseResponse, CourseSummary, Lesson } from '../../shared/api/catalog.ts';
import { endpoints } from '../../shared/api/endpoints.ts';
import { fromWire } from '../../shared/api/codec.ts';
import { bytesOfQuality, manifestSchema, type Manifest } from '../../shared/models/manifest.ts';
import { qualityHeight, qualitySchema, type Quality } from '../../shared/models/quality.ts';
import { TeachifyError } from '../../shared/errors.ts';
import { notEnrolled, notFound } from '../errors.ts';
import type { Store } from '../store/database.ts';
import type { Schema } from '../store/schema.ts';

export type LessonRow = Schema['lessons'];

/** Courses, lessons and who may see them. */
export interface School {
  courses(personId: string): Promise<CourseSummary[]>;
  /** Throws not_enrolled, also for a course that does not exist: a stranger learns nothing. */
  course(personId: string, courseId: string): Promise<CourseResponse>;
  /** The row of a lesson whose course the person is enrolled in. Throws not_enrolled, also for a lesson that does not exist. */
  lessonFor(personId: string, lessonId: string): Promise<LessonRow>;
  /** Throws not_found when there is no such course, conflict when the lesson exists in another one. */
  roomFor(place: { lessonId: string | null; courseId: string }): Promise<void>;
  describe(row: LessonRow): Lesson;
  /** Throws not_found for a plain MP4. */
  manifest(row: LessonRow): Manifest;
  /** Whether this file is the picture of a course or lesson, and of which type. */
  pictureType(sha256: string): Promise<string | null>;
}

export function createSchool(store: Store, now: () => number): School {
  const enrolledIn = (personId: string) =>
    store
      .selectFrom('enrolments')
      .select('course_id')
      .where('person_id', '=', personId)
      .where((expression) => expression.or([expression('until', 'is', null), expression('until', '>', now())]));

  const summary = async (course: Schema['courses']): Promise<CourseSummary> => {
    const { count, duration } = await store
      .selectFrom('lessons')
      .select(({ fn }) => [fn.countAll<number>().as('count'), fn.sum<number | null>('duration_ms').as('duration')])
      .where('course_id', '=', course.id)
      .executeTakeFirstOrThrow();
    return {
      id: course.id,
      title: course.title,
      description: course.description,
      language: course.language,
      posterUrl: course.poster_sha256 ? endpoints.media(course.poster_sha256) : null,
      lessonCount: Number(count),
      durationMs: Number(duration ?? 0),
    };
  };

  const school: School = {
    courses: async (personId) => {
      const rows = await store.selectFrom('courses').selectAll().where('id', 'in', enrolledIn(personId)).orderBy('position').execute();
      return Promise.all(rows.map(summary));
    },
    course: async (personId, courseId) => {
      const row = await store.selectFrom('courses').selectAll().where('id', '=', courseId).where('id', 'in', enrolledIn(personId)).executeTakeFirst();
      if (!row) throw notEnrolled();
      const lessons = await store.selectFrom('lessons').selectAll().where('course_id', '=', courseId).orderBy('position').execute();
      return { course: await summary(row), lessons: lessons.map(school.describe) };
    },
    lessonFor: async (personId, lessonId) => {
      const row = await store.selectFrom('lessons').selectAll().where('id', '=', lessonId).where('course_id', 'in', enrolledIn(personId)).executeTakeFirst();
      if (!row) throw notEnrolled();
      return row;
    },
    roomFor: async ({ lessonId, courseId }) => {
      const course = await store.selectFrom('courses').select('id').where('id', '=', courseId).executeTakeFirst();
      if (!course) throw notFound('Course');
      const lesson = await store.selectFrom('lessons').select('course_id').where('id', '=', lessonId ?? '').executeTakeFirst();
      if (lesson && lesson.course_id !== courseId) throw new TeachifyError('conflict', 'A lesson of this id is in another course');
    },
    describe: (row) => ({
      id: row.id,
      courseId: row.course_id,
      position: row.position,
      title: row.title,
      description: row.description,
      durationMs: row.duration_ms,
      timelineId: row.timeline_id,
      revision: row.revision,
      videoUrl: row.video_url ?? (row.manifest ? endpoints.playlist(row.id, 'playlist.m3u8') : endpoints.plainVideo(row.id)),
      manifestUrl: row.manifest ? endpoints.manifest(row.id) : null,
      posterUrl: row.poster_sha256 ? endpoints.media(row.poster_sha256) : null,
      qualities: row.manifest
        ? qualitiesOf(school.manifest(row))
        : (linkedQualities(row) ?? [{ quality: 'original', bytes: Number(row.plain_bytes ?? 0) }]),
    }),
    manifest: (row) => {
      if (!row.manifest) throw notFound('Manifest');
      return fromWire(manifestSchema, JSON.parse(row.manifest));
    },
    pictureType: async (sha256) => {
      const course = await store.selectFrom('courses').select('poster_type as type').where('poster_sha256', '=', sha256).executeTakeFirst();
      const lesson = course ?? (await store.selectFrom('lessons').select('poster_type as type').where('poster_sha256', '=', sha256).executeTakeFirst());
      return lesson?.type ?? null;
    },
  };
  return school;
}

/** What lies elsewhere is known by its rates alone; what a student takes home is measured by the app. */
function linkedQualities({ video_bytes: bytes }: LessonRow): { quality: Quality; bytes: number }[] | null {
  if (bytes === null) return null;
  return Object.entries(z.record(qualitySchema, z.int().nonnegative()).parse(JSON.parse(bytes)))
    .map(([quality, size]) => ({ quality, bytes: size }))
    .toSorted((a, b) => qualityHeight(b.quality) - qualityHeight(a.quality));
}

function qualitiesOf(manifest: Manifest): { quality: Quality; bytes: number }[] {
  return manifest.renditions
    .flatMap(({ kind, quality }) => (kind === 'video' && quality ? [quality] : []))
    .map((quality) => ({ quality, bytes: bytesOfQuality(manifest, quality) }))
    .sort((a, b) => qualityHeight(b.quality) - qualityHeight(a.quality));
}
