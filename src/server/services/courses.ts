import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { courseEditSchema, lessonEditSchema, ManagedCourse, ManagedLesson, newCourseSchema } from '../../shared/api/school.ts';
import type { PublishedFile } from '../../shared/models/manifest.ts';
import { TeachifyError } from '../../shared/errors.ts';
import type { MediaStorage } from '../storage/ports.ts';
import type { Store } from '../store/database.ts';
import { inTransaction, takeTurn } from '../store/transactions.ts';
import { attachmentsOf } from './attachments.ts';
import { giveUpNow, removeDoomed, type Doomed } from './loose-media.ts';
import { recordAction, type Actor } from './audit.ts';
import { buryItem, touchCourse } from './catalog-changes.ts';
import { requireAdmin, requireTeacherOf, requireTeacherOfLesson } from './course-access.ts';
import { keepDone } from './done.ts';
import { enrolPerson } from './enrolments.ts';

/** Courses and lessons as those who teach them keep them. Each throws not_enrolled for whoever does not teach the course. */
export interface Courses {
  /** Whether the actor may keep this course, or this lesson's. */
  admit(actor: Actor, what: { courseId: string } | { lessonId: string }): Promise<void>;
  /** Those the actor teaches; all of them for an admin. */
  list(actor: Actor): Promise<ManagedCourse[]>;
  get(actor: Actor, courseId: string): Promise<{ course: ManagedCourse; lessons: ManagedLesson[] }>;
  /** Whoever creates it teaches it. Throws forbidden for students, conflict when the id is taken. */
  create(actor: Actor, given: z.output<typeof newCourseSchema>): Promise<ManagedCourse>;
  edit(actor: Actor, courseId: string, change: z.output<typeof courseEditSchema>): Promise<ManagedCourse>;
  /** Its lessons, enrolments and media go with it; what students watched stays on record. */
  remove(actor: Actor, courseId: string): Promise<void>;
  /** For admins. Throws conflict unless these are all courses there are. */
  order(actor: Actor, courseIds: readonly string[]): Promise<void>;
  /** Throws conflict unless these are all lessons of the course. */
  orderLessons(actor: Actor, courseId: string, lessonIds: readonly string[]): Promise<void>;
  editLesson(actor: Actor, lessonId: string, change: z.output<typeof lessonEditSchema>): Promise<ManagedLesson>;
  removeLesson(actor: Actor, lessonId: string): Promise<void>;
}

interface Dependencies {
  readonly store: Store;
  readonly media: Pick<MediaStorage, 'remove'>;
  readonly now: () => number;
}

export function createCourses({ store, media, now }: Dependencies): Courses {
  const lesson = async (db: Store, lessonId: string): Promise<ManagedLesson> => {
    const row = await db.selectFrom('lessons').selectAll().where('id', '=', lessonId).executeTakeFirstOrThrow();
    return lessonOf(row, await attachmentsOf(db, lessonId));
  };
  /** The media go last and by themselves: a file too few would harm. */
  const discard = (files: readonly Doomed[]) => removeDoomed({ store, media, now }, files);
  return {
    admit: async (actor, what) => void (await ('courseId' in what ? requireTeacherOf(store, actor, what.courseId, now()) : requireTeacherOfLesson(store, actor, what.lessonId, now()))),
    list: async ({ id, role }) => {
      const all = store.selectFrom('courses').selectAll().orderBy('position').orderBy('id');
      if (role === 'admin') return (await all.execute()).map(courseOf);
      const taught = store.selectFrom('enrolments').select('course_id').where('person_id', '=', id).where((eb) => eb.or([eb('until', 'is', null), eb('until', '>', now())]));
      return role === 'teacher' ? (await all.where('id', 'in', taught).execute()).map(courseOf) : [];
    },
    get: async (actor, courseId) => {
      const course = courseOf(await requireTeacherOf(store, actor, courseId, now()));
      const rows = await store.selectFrom('lessons').selectAll().where('course_id', '=', courseId).orderBy('position').orderBy('id').execute();
      const lessons: ManagedLesson[] = [];
      for (const row of rows) lessons.push(lessonOf(row, await attachmentsOf(store, row.id)));
      return { course, lessons };
    },
    create: async (actor, { id = randomUUID(), title, description, language }) => {
      if (actor.role === 'student') throw new TeachifyError('forbidden', 'This is for teachers');
      return inTransaction(store, async (db) => {
        const { last } = await db.selectFrom('courses').select(({ fn }) => fn.max('position').as('last')).executeTakeFirstOrThrow();
        const row = { id, title, description, language, position: last === null ? 0 : Number(last) + 1, poster_sha256: null, poster_type: null };
        const { numInsertedOrUpdatedRows } = await db.insertInto('courses').values(row).onConflict((conflict) => conflict.doNothing()).executeTakeFirst();
        if (!numInsertedOrUpdatedRows) throw new TeachifyError('conflict', 'There is a course of this id');
        await recordAction(db, now(), actor, 'course.create', id, { title });
        await touchCourse(db, id);
        if (actor.role === 'teacher') await enrolPerson(db, now(), actor, id, actor.id);
        return courseOf(await requireTeacherOf(db, actor, id, now()));
      });
    },
    edit: async (actor, courseId, { donePercent, ...change }) =>
      inTransaction(store, async (db) => {
        await requireTeacherOf(db, actor, courseId, now());
        if (donePercent !== undefined) await keepDone(db, courseId, donePercent);
        await db.updateTable('courses').set({ ...change, ...(donePercent === undefined ? {} : { done_percent: donePercent }) }).where('id', '=', courseId).execute();
        await recordAction(db, now(), actor, 'course.edit', courseId, { ...change, donePercent });
        await touchCourse(db, courseId);
        return courseOf(await requireTeacherOf(db, actor, courseId, now()));
      }),
    remove: async (actor, courseId) => {
      const files = await inTransaction(store, async (db) => {
        const { title } = await requireTeacherOf(db, actor, courseId, now());
        const lessons = await db.selectFrom('lessons').select('id').where('course_id', '=', courseId).orderBy('id').execute();
        const left: Doomed[] = [];
        for (const { id } of lessons) left.push(...(await forgetLesson(db, id, now())));
        for (const { id } of lessons) await buryItem(db, { kind: 'lesson', id, courseId });
        await db.deleteFrom('class_courses').where('course_id', '=', courseId).execute();
        await db.deleteFrom('enrolments').where('course_id', '=', courseId).execute();
        await db.deleteFrom('courses').where('id', '=', courseId).execute();
        await buryItem(db, { kind: 'course', id: courseId, courseId });
        await recordAction(db, now(), actor, 'course.remove', courseId, { title, lessons: lessons.length });
        return left;
      });
      await discard(files);
    },
    order: async (actor, courseIds) => {
      requireAdmin(actor);
      await inTransaction(store, async (db) => {
        requireAll((await db.selectFrom('courses').select('id').execute()).map(({ id }) => id), courseIds, 'course');
        for (const [position, id] of courseIds.entries()) await db.updateTable('courses').set({ position }).where('id', '=', id).execute();
        for (const id of courseIds) await touchCourse(db, id);
        await recordAction(db, now(), actor, 'course.order', 'school', { courseIds });
      });
    },
    orderLessons: async (actor, courseId, lessonIds) =>
      inTransaction(store, async (db) => {
        await requireTeacherOf(db, actor, courseId, now());
        requireAll((await db.selectFrom('lessons').select('id').where('course_id', '=', courseId).execute()).map(({ id }) => id), lessonIds, 'lesson');
        for (const [position, id] of lessonIds.entries()) await db.updateTable('lessons').set({ position }).where('id', '=', id).execute();
        await touchCourse(db, courseId);
        await recordAction(db, now(), actor, 'lesson.order', courseId, { lessonIds });
      }),
    editLesson: async (actor, lessonId, { published, ...change }) =>
      inTransaction(store, async (db) => {
        const { course_id: courseId } = await requireTeacherOfLesson(db, actor, lessonId, now());
        await db.updateTable('lessons').set({ ...change, ...(published === undefined ? {} : { published: published ? 1 : 0 }) }).where('id', '=', lessonId).execute();
        await recordAction(db, now(), actor, 'lesson.edit', lessonId, { ...change, published });
        if (published === false) await buryItem(db, { kind: 'lesson', id: lessonId, courseId });
        if (published === true) await db.deleteFrom('catalog_tombstones').where('kind', '=', 'lesson').where('id', '=', lessonId).execute();
        await touchCourse(db, courseId);
        return lesson(db, lessonId);
      }),
    removeLesson: async (actor, lessonId) => {
      const files = await inTransaction(store, async (db) => {
        const { course_id: courseId, title } = await requireTeacherOfLesson(db, actor, lessonId, now());
        const left = await forgetLesson(db, lessonId, now());
        await buryItem(db, { kind: 'lesson', id: lessonId, courseId });
        await touchCourse(db, courseId);
        await recordAction(db, now(), actor, 'lesson.remove', lessonId, { courseId, title });
        return left;
      });
      await discard(files);
    },
  };
}

/** @returns the files that were this lesson's alone: each was encrypted with a key of its own, or is a film in clear that no lesson has any more */
async function forgetLesson(db: Store, lessonId: string, now: number): Promise<Doomed[]> {
  // Whoever is publishing it ends before, or finds it removed. (The catalogue is counted after, as they do, or both would wait for each other.)
  await takeTurn(db, `lesson ${lessonId}`);
  const files = await db.selectFrom('published_files').select(['sha256', 'piece_table']).where('lesson_id', '=', lessonId).execute();
  const attached = await attachmentsOf(db, lessonId);
  const film = await db.selectFrom('lessons').select('plain_sha256').where('id', '=', lessonId).executeTakeFirst();
  await db.deleteFrom('published_files').where('lesson_id', '=', lessonId).execute();
  await db.deleteFrom('lesson_keys').where('lesson_id', '=', lessonId).execute();
  await db.deleteFrom('attachments').where('lesson_id', '=', lessonId).execute();
  await db.deleteFrom('plain_progress').where('lesson_id', '=', lessonId).execute();
  await db.deleteFrom('lessons').where('id', '=', lessonId).execute();
  const own = files.flatMap(({ sha256, piece_table: table }) => [sha256, ...(table === null ? [] : [(JSON.parse(table) as PublishedFile).sha256])]);
  const names = [...own, ...attached.map(({ file }) => file.sha256), ...(film?.plain_sha256 ? [film.plain_sha256] : [])];
  return giveUpNow(db, lessonId, [...new Set(names)], now);
}

function requireAll(known: readonly string[], given: readonly string[], what: string): void {
  const isAll = given.length === known.length && new Set(given).size === given.length && known.every((id) => given.includes(id));
  if (!isAll) throw new TeachifyError('conflict', `The order has to name every ${what} once, and no other`);
}

function courseOf({ id, position, title, description, language, done_percent: donePercent }: Omit<ManagedCourse, 'donePercent'> & { done_percent: number }): ManagedCourse {
  return { id, position, title, description, language, donePercent };
}

function lessonOf(
  { id, position, title, description, duration_ms: durationMs, revision, published }: Pick<ManagedLesson, 'id' | 'position' | 'title' | 'description' | 'revision'> & { duration_ms: number; published: number },
  attachments: Awaited<ReturnType<typeof attachmentsOf>>,
): ManagedLesson {
  const listed = attachments.map(({ name, mimeType, file }) => ({ name, mimeType, bytes: file.bytes }));
  return { id, position, title, description, durationMs, revision, published: published === 1, attachments: listed };
}
