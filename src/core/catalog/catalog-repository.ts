import { z } from 'zod';
import { courseSummarySchema, lessonSchema, type CourseResponse, type CourseSummary, type Lesson } from '../../shared/api/catalog.ts';
import type { Connection } from '../database/connection.ts';
import { guarded } from '../database/failures.ts';

const bodyRow = z.object({ body: z.string() });
const stateRow = z.object({ refreshed_at: z.int() });

/** One account's catalogue as last seen. */
export class CatalogReads {
  readonly #db: Connection;

  constructor(db: Connection) {
    this.#db = db;
  }

  async refreshedAt(account: string): Promise<number | null> {
    const row = this.#get('SELECT refreshed_at FROM catalog_state WHERE account = ?', account);
    return row === undefined ? null : stateRow.parse(row).refreshed_at;
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
    return this.#bodies(lessonSchema, 'SELECT body FROM catalog_lessons WHERE account = ? ORDER BY course_id, position, id', account);
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

  /** The whole catalogue anew, as the server has it now. */
  async replace(account: string, courses: readonly CourseResponse[], refreshedAt: number): Promise<void> {
    const work = () => {
      this.#db.prepare('DELETE FROM catalog_lessons WHERE account = ?').run(account);
      this.#db.prepare('DELETE FROM catalog_courses WHERE account = ?').run(account);
      const insertCourse = this.#db.prepare('INSERT INTO catalog_courses (account, id, position, body) VALUES (?, ?, ?, ?)');
      const insertLesson = this.#db.prepare('INSERT OR REPLACE INTO catalog_lessons (account, id, course_id, position, body) VALUES (?, ?, ?, ?, ?)');
      courses.forEach(({ course, lessons }, position) => {
        insertCourse.run(account, course.id, position, JSON.stringify(course));
        for (const lesson of lessons) insertLesson.run(account, lesson.id, course.id, lesson.position, JSON.stringify(lesson));
      });
      this.#db.prepare('INSERT OR REPLACE INTO catalog_state (account, refreshed_at) VALUES (?, ?)').run(account, refreshedAt);
    };
    guarded('content', () => this.#db.transaction(work).immediate());
  }
}
