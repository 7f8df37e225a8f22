import { readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { TeachifyError } from '../../shared/errors.ts';
import { courseFolderSchema, type CourseFolder } from '../../shared/models/course-folder.ts';
import { encodedLessonSchema, filesOf } from '../../shared/models/encoded-lesson.ts';
import type { Store } from '../store/database.ts';
import { inTransaction } from '../store/transactions.ts';
import { commandLine as us, recordAction } from './audit.ts';
import { touchCourse } from './catalog-changes.ts';
import { keepDone } from './done.ts';
import type { Keeping } from './keeping.ts';
import { linkLesson } from './linked-lesson.ts';
import type { Publication } from './publication.ts';

interface Dependencies {
  readonly store: Store;
  readonly publication: Publication;
  readonly keeping: Pick<Keeping, 'attachments' | 'courses'>;
  readonly now: () => number;
}

/**
 * Takes in an exported course, or brings it up to date; ids and timelines stay, so that what was watched counts on. Lessons
 * keep what this school has put beside them. Throws bad_request before anything is changed when the folder does not fit,
 * conflict when a lesson of it is in another course here. @returns the course's id
 */
export async function importCourse({ store, publication, keeping, now }: Dependencies, folder: string): Promise<string> {
  const { course, lessons } = await readFolder(folder);
  for (const { id } of lessons) {
    const known = await store.selectFrom('lessons').select('course_id').where('id', '=', id).executeTakeFirst();
    if (known && known.course_id !== course.id) throw new TeachifyError('conflict', `Lesson ${id} is in another course here`);
  }
  await putCourse(store, publication, folder, course);
  for (const { id, attachments, link } of lessons) {
    const place = join(folder, 'lessons', id);
    if (link) await linkLesson(store, { id, courseId: course.id, ...link }, now());
    else await publication.publish(place);
    const present = await store.selectFrom('attachments').select('name').where('lesson_id', '=', id).execute();
    const names = new Set(present.map(({ name }) => name));
    for (const { name, file } of attachments) {
      const bytes = await readFile(join(place, file));
      if (names.has(name)) {
        const { content_key } = await store.selectFrom('lessons').select('content_key').where('id', '=', id).executeTakeFirstOrThrow();
        if ((await keeping.attachments.read({ id, content_key }, name)).bytes.equals(bytes)) continue;
        await keeping.attachments.detach(us, id, name);
      }
      await keeping.attachments.attach(us, id, name, bytes);
    }
  }
  const own = new Set(lessons.map(({ id }) => id));
  const others = (await keeping.courses.get(us, course.id)).lessons.filter(({ id }) => !own.has(id));
  await keeping.courses.orderLessons(us, course.id, [...own, ...others.map(({ id }) => id)]);
  for (const { id, published } of lessons) await keeping.courses.editLesson(us, id, { published });
  await recordAction(store, now(), us, 'course.import', course.id, { title: course.title, lessons: lessons.length });
  return course.id;
}

async function readFolder(folder: string): Promise<CourseFolder> {
  try {
    const described = courseFolderSchema.parse(JSON.parse(await readFile(join(folder, 'course.json'), 'utf8')));
    const { poster } = described.course;
    if (poster) await requireOwnFile(folder, poster);
    for (const { id, link, attachments } of described.lessons) {
      if (link) continue;
      const own = (name: string) => requireOwnFile(folder, join('lessons', id, name));
      await own('lesson.json');
      const lesson = encodedLessonSchema.parse(JSON.parse(await readFile(join(folder, 'lessons', id, 'lesson.json'), 'utf8')));
      if (lesson.id !== id || lesson.courseId !== described.course.id) throw new Error(`The folder of lesson ${id} holds another one`);
      for (const name of filesOf(lesson)) await own(name);
      for (const { file } of attachments) await own(file);
    }
    return described;
  } catch (error) {
    throw new TeachifyError('bad_request', `There is no exported course in ${folder}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** A link could bring any file of this machine before students. */
async function requireOwnFile(folder: string, name: string): Promise<void> {
  const place = join(await realpath(folder), name);
  if ((await realpath(place)) !== place || !(await stat(place)).isFile()) throw new Error(`${name} is not a file of this folder`);
}

async function putCourse(store: Store, publication: Publication, folder: string, { id, title, description, language, donePercent, poster }: CourseFolder['course']): Promise<void> {
  const picture = poster ? await publication.publishPicture(join(folder, poster)) : null;
  const row = { title, description, language, done_percent: donePercent, poster_sha256: picture?.sha256 ?? null, poster_type: picture?.type ?? null };
  await inTransaction(store, async (db) => {
    await keepDone(db, id, donePercent);
    const { last } = await db.selectFrom('courses').select(({ fn }) => fn.max('position').as('last')).executeTakeFirstOrThrow();
    await db
      .insertInto('courses')
      .values({ id, position: last === null ? 0 : Number(last) + 1, ...row })
      .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
      .execute();
    await touchCourse(db, id);
  });
}
