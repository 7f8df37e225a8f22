import type { Selectable } from 'kysely';
import { z } from 'zod';
import type { ChangesResponse } from '../../shared/api/changes.ts';
import type { CourseResponse, CourseSummary, Lesson } from '../../shared/api/catalog.ts';
import { endpoints } from '../../shared/api/endpoints.ts';
import { fromWire } from '../../shared/api/codec.ts';
import { manifestSchema, offersOf, type Manifest } from '../../shared/models/manifest.ts';
import { qualityHeight, qualitySchema, type Quality } from '../../shared/models/quality.ts';
import { TeachifyError } from '../../shared/errors.ts';
import { notEnrolled, notFound } from '../errors.ts';
import type { Store } from '../store/database.ts';
import type { CourseMemory } from './course-memory.ts';
import type { Schema } from '../store/schema.ts';

/** A lesson, and what its course says of it. */
export type LessonRow = Selectable<Schema['lessons']> & { readonly done_percent: number };

/** Courses, lessons and who may see them. */
export interface School {
  courses(personId: string): Promise<CourseSummary[]>;
  /** Throws not_enrolled, also for a course that does not exist: a stranger learns nothing. */
  course(personId: string, courseId: string): Promise<CourseResponse>;
  /** What is not as it was at the cursor, 0 for all there is. */
  changes(personId: string, since: number): Promise<ChangesResponse>;
  /** The row of a lesson whose course the person is enrolled in. Throws not_enrolled, also for a lesson that does not exist. */
  lessonFor(personId: string, lessonId: string): Promise<LessonRow>;
  /** Throws conflict when the lesson exists in another course. */
  roomFor(place: { lessonId: string | null; courseId: string }): Promise<void>;
  describe(row: LessonRow): Lesson;
  /** Throws not_found for a plain MP4. */
  manifest(row: LessonRow): Manifest;
}

interface Surroundings {
  /** Where clients get a published file. */
  readonly mediaUrl?: ((sha256: string) => string) | undefined;
  readonly memory?: CourseMemory;
}

/** Remembers nothing. */
const noMemory: CourseMemory = { recall: (_courseId, _version, make) => make() };

export function createSchool(store: Store, now: () => number, { mediaUrl = endpoints.media, memory = noMemory }: Surroundings = {}): School {
  const enrolledIn = (personId: string) =>
    store
      .selectFrom('enrolments')
      .select('course_id')
      .where('person_id', '=', personId)
      .where((expression) => expression.or([expression('until', 'is', null), expression('until', '>', now())]));

  const lessonRows = () => store.selectFrom('lessons').innerJoin('courses', 'courses.id', 'lessons.course_id').selectAll('lessons').select('courses.done_percent').where('lessons.published', '=', 1);

  const summary = async (course: Selectable<Schema['courses']>): Promise<CourseSummary> => {
    const { count, duration } = await store
      .selectFrom('lessons')
      .select(({ fn }) => [fn.countAll<number>().as('count'), fn.sum<number | null>('duration_ms').as('duration')])
      .where('course_id', '=', course.id)
      .where('published', '=', 1)
      .executeTakeFirstOrThrow();
    return {
      id: course.id,
      title: course.title,
      description: course.description,
      language: course.language,
      posterUrl: course.poster_sha256 ? mediaUrl(course.poster_sha256) : null,
      lessonCount: Number(count),
      durationMs: Number(duration ?? 0),
    };
  };

  const describeCourse = (row: Selectable<Schema['courses']>): Promise<CourseResponse> =>
    memory.recall(row.id, Number(row.version), async () => {
      const lessons = await lessonRows().where('course_id', '=', row.id).orderBy('lessons.position').execute();
      return { course: await summary(row), lessons: lessons.map(school.describe) };
    });

  const school: School = {
    courses: async (personId) => {
      const rows = await store.selectFrom('courses').selectAll().where('id', 'in', enrolledIn(personId)).orderBy('position').execute();
      return Promise.all(rows.map(async (row) => (await describeCourse(row)).course));
    },
    course: async (personId, courseId) => {
      const row = await store.selectFrom('courses').selectAll().where('id', '=', courseId).where('id', 'in', enrolledIn(personId)).executeTakeFirst();
      if (!row) throw notEnrolled();
      return describeCourse(row);
    },
    changes: async (personId, since) => {
      // Read first: what changes meanwhile is told again the next time, and nothing is missed.
      const { value } = await store.selectFrom('catalog_count').select('value').where('one', '=', 1).executeTakeFirstOrThrow();
      const enrolled = await store
        .selectFrom('courses')
        .innerJoin('enrolments', 'enrolments.course_id', 'courses.id')
        .selectAll('courses')
        .select('enrolments.version as enrolled')
        .where('enrolments.person_id', '=', personId)
        .where('courses.id', 'in', enrolledIn(personId))
        .orderBy('courses.position')
        .orderBy('courses.id')
        .execute();
      const isNew = (version: number) => Number(version) > since || since === 0;
      const changed = enrolled.filter(({ version, enrolled: own }) => isNew(version) || isNew(own));
      const courses = await Promise.all(changed.map(describeCourse));
      const courseIds = enrolled.map(({ id }) => id);
      return { cursor: Number(value), courseIds, courses, gone: since === 0 ? [] : await goneSince(store, personId, since, now(), new Set(courseIds)) };
    },
    lessonFor: async (personId, lessonId) => {
      const row = await lessonRows().where('lessons.id', '=', lessonId).where('course_id', 'in', enrolledIn(personId)).executeTakeFirst();
      if (!row) throw notEnrolled();
      return row;
    },
    roomFor: async ({ lessonId, courseId }) => {
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
      posterUrl: row.poster_sha256 ? mediaUrl(row.poster_sha256) : null,
      qualities: row.manifest
        ? offersOf(school.manifest(row))
        : (linkedQualities(row) ?? [{ quality: 'original', bytes: Number(row.plain_bytes ?? 0) }]),
      donePercent: row.done_percent,
    }),
    manifest: (row) => {
      if (!row.manifest) throw notFound('Manifest');
      return fromWire(manifestSchema, JSON.parse(row.manifest));
    },
  };
  return school;
}

/** @param present courses that are the person's now */
async function goneSince(store: Store, personId: string, since: number, at: number, present: ReadonlySet<string>): Promise<ChangesResponse['gone']> {
  const ended = await store.selectFrom('enrolments').select('course_id').where('person_id', '=', personId).where('until', '<=', at).execute();
  const own = store.selectFrom('enrolments').select('course_id').where('person_id', '=', personId);
  const buried = await store
    .selectFrom('catalog_tombstones')
    .select(['kind', 'id', 'course_id'])
    .where('version', '>', since)
    // What was removed and came again under its id is told of as what it is.
    .where((eb) => eb.not(eb.and([eb('kind', '=', 'lesson'), eb('id', 'in', eb.selectFrom('lessons').select('lessons.id').where('published', '=', 1))])))
    // Of a course that is gone itself nobody is enrolled any more, and its id tells nothing.
    .where((eb) => eb.or([eb('kind', '=', 'course'), eb('course_id', 'in', own)]))
    .orderBy('version')
    .execute();
  return [
    ...ended.map(({ course_id: id }) => ({ kind: 'course' as const, id, courseId: id })),
    ...buried.filter(({ kind, id }) => kind === 'lesson' || !present.has(id)).map(({ kind, id, course_id: courseId }) => ({ kind, id, courseId })),
  ];
}

/** What lies elsewhere is known by its rates alone; what a student takes home is measured by the app. */
function linkedQualities({ video_bytes: bytes }: LessonRow): { quality: Quality; bytes: number }[] | null {
  if (bytes === null) return null;
  return Object.entries(z.record(qualitySchema, z.int().nonnegative()).parse(JSON.parse(bytes)))
    .map(([quality, size]) => ({ quality, bytes: size }))
    .toSorted((a, b) => qualityHeight(b.quality) - qualityHeight(a.quality));
}
