import { z } from 'zod';
import type { ChangesResponse } from '../../shared/api/changes.ts';
import { courseSummarySchema, lessonSchema, type CourseResponse, type CourseSummary, type Lesson } from '../../shared/api/catalog.ts';
import type { Connection } from '../database/connection.ts';
import { guarded } from '../database/failures.ts';

const bodyRow = z.object({ body: z.string() });
const stateRow = z.object({ refreshed_at: z.int() });
const cursorRow = z.object({ cursor: z.int().nullable(), etag: z.string().nullable(), listed_at: z.int().nullable() });

/** Up to where a student's catalogue is known. */
export interface CatalogCursor {
  /** A count of the school's. */
  readonly cursor: number;
  /** Of the answer that nothing changed since; null before there was one. */
  readonly etag: string | null;
  /** When all of it was listed, ms since the Unix epoch. */
  readonly listedAt: number;
}

/** One account's catalogue as last seen. */
export class CatalogReads {
  readonly #db: Connection;
  /** As last read, by their text: several parts of the app ask for all of them at each start, and a school may have thousands. */
  #lessons = new Map<string, Lesson>();

  constructor(db: Connection) {
    this.#db = db;
  }

  async refreshedAt(account: string): Promise<number | null> {
    const row = this.#get('SELECT refreshed_at FROM catalog_state WHERE account = ?', account);
    return row === undefined ? null : stateRow.parse(row).refreshed_at;
  }

  /** Null when all has to be listed. */
  async cursor(account: string): Promise<CatalogCursor | null> {
    const row = this.#get('SELECT cursor, etag, listed_at FROM catalog_state WHERE account = ?', account);
    if (row === undefined) return null;
    const { cursor, etag, listed_at: listedAt } = cursorRow.parse(row);
    return cursor === null || listedAt === null ? null : { cursor, etag, listedAt };
  }

  /** In the school's order. */
  async courses(account: string): Promise<CourseSummary[]> {
    return this.#bodies(courseSummarySchema, 'SELECT body FROM catalog_courses WHERE account = ? ORDER BY position', account);
  }

  async course(account: string, id: string): Promise<CourseSummary | undefined> {
    return this.#bodies(courseSummarySchema, 'SELECT body FROM catalog_courses WHERE account = ? AND id = ?', account, id)[0];
  }

  /** All lessons, each course's in order. */
  async lessons(account: string): Promise<Lesson[]> {
    const sql = 'SELECT body FROM catalog_lessons WHERE account = ? ORDER BY course_id, position, id';
    const texts = guarded('content', () => this.#db.prepare(sql).pluck().all(account)).map(String);
    const read = texts.map((text) => [text, this.#lessons.get(text) ?? lessonSchema.parse(JSON.parse(text))] as const);
    this.#lessons = new Map(read);
    return read.map(([, lesson]) => lesson);
  }

  async lesson(account: string, id: string): Promise<Lesson | undefined> {
    return this.#bodies(lessonSchema, 'SELECT body FROM catalog_lessons WHERE account = ? AND id = ?', account, id)[0];
  }

  async lessonAfter(account: string, { courseId, position, id }: Lesson): Promise<Lesson | undefined> {
    const sql = `SELECT body FROM catalog_lessons WHERE account = ? AND course_id = ? AND (position, id) > (?, ?) ORDER BY position, id LIMIT 1`;
    return this.#bodies(lessonSchema, sql, account, courseId, position, id)[0];
  }

  #get(sql: string, ...values: unknown[]): unknown {
    return guarded('content', () => this.#db.prepare(sql).get(...values));
  }

  #bodies<Schema extends z.ZodType>(schema: Schema, sql: string, ...values: unknown[]): z.output<Schema>[] {
    const rows = guarded('content', () => this.#db.prepare(sql).all(...values));
    return rows.map((row) => schema.parse(JSON.parse(bodyRow.parse(row).body)));
  }
}

export class CatalogWrites {
  readonly #db: Connection;

  constructor(db: Connection) {
    this.#db = db;
  }

  /** The whole catalogue anew, as the server has it now. @param cursor up to where that is; null from a school that does not count */
  async replace(account: string, courses: readonly CourseResponse[], refreshedAt: number, cursor: number | null = null): Promise<void> {
    this.#inOne(() => {
      this.#db.prepare('DELETE FROM catalog_lessons WHERE account = ?').run(account);
      this.#db.prepare('DELETE FROM catalog_courses WHERE account = ?').run(account);
      courses.forEach((course, position) => this.#insert(account, course, position));
      const listedAt = cursor === null ? null : refreshedAt;
      this.#db.prepare('INSERT OR REPLACE INTO catalog_state (account, refreshed_at, cursor, etag, listed_at) VALUES (?, ?, ?, NULL, ?)').run(account, refreshedAt, cursor, listedAt);
    });
  }

  /**
   * What changed since a cursor. False, and nothing is written, when it does not go on where the catalogue is, or names a course
   * that is not here: then all has to be listed.
   */
  async apply(account: string, since: number, { cursor, courseIds, courses, gone }: ChangesResponse, etag: string | null, refreshedAt: number): Promise<boolean> {
    return this.#inOne(() => {
      const state = this.#db.prepare('SELECT cursor FROM catalog_state WHERE account = ?').get(account) as { cursor: number | null } | undefined;
      if (state?.cursor !== since) return false;
      const here = new Set((this.#db.prepare('SELECT id FROM catalog_courses WHERE account = ?').all(account) as { id: string }[]).map(({ id }) => id));
      const changed = new Map(courses.map((course) => [course.course.id, course]));
      if (!courseIds.every((id) => here.has(id) || changed.has(id))) return false;

      const removeLesson = this.#db.prepare('DELETE FROM catalog_lessons WHERE account = ? AND id = ? AND course_id = ?');
      for (const { kind, id, courseId } of gone) if (kind === 'lesson') removeLesson.run(account, id, courseId);
      const own = new Set(courseIds);
      for (const id of here) if (!own.has(id) || changed.has(id)) this.#removeCourse(account, id);
      const place = this.#db.prepare('UPDATE catalog_courses SET position = ? WHERE account = ? AND id = ?');
      courseIds.forEach((id, position) => {
        const course = changed.get(id);
        if (course) this.#insert(account, course, position);
        else place.run(position, account, id);
      });
      this.#db.prepare('UPDATE catalog_state SET refreshed_at = ?, cursor = ?, etag = ? WHERE account = ?').run(refreshedAt, cursor, etag, account);
      return true;
    });
  }

  /** Nothing is other than it was. */
  async confirm(account: string, refreshedAt: number): Promise<void> {
    guarded('content', () => this.#db.prepare('UPDATE catalog_state SET refreshed_at = ? WHERE account = ?').run(refreshedAt, account));
  }

  #removeCourse(account: string, id: string): void {
    this.#db.prepare('DELETE FROM catalog_lessons WHERE account = ? AND course_id = ?').run(account, id);
    this.#db.prepare('DELETE FROM catalog_courses WHERE account = ? AND id = ?').run(account, id);
  }

  #insert(account: string, { course, lessons }: CourseResponse, position: number): void {
    this.#db.prepare('INSERT INTO catalog_courses (account, id, position, body) VALUES (?, ?, ?, ?)').run(account, course.id, position, JSON.stringify(course));
    const insert = this.#db.prepare('INSERT OR REPLACE INTO catalog_lessons (account, id, course_id, position, body) VALUES (?, ?, ?, ?, ?)');
    for (const lesson of lessons) insert.run(account, lesson.id, course.id, lesson.position, JSON.stringify(lesson));
  }

  #inOne<Result>(work: () => Result): Result {
    return guarded('content', () => this.#db.transaction(work).immediate());
  }
}
