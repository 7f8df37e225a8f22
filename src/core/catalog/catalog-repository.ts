import { z } from 'zod';
import { courseSummarySchema, lessonSchema, type CourseResponse } from '../../shared/api/catalog.ts';
import type { Connection } from '../database/connection.ts';

const courseRow = z.object({ course: z.string(), lessons: z.string() });
const posterRow = z.object({ type: z.string(), bytes: z.instanceof(Uint8Array) });
const atRow = z.object({ at: z.int() });

export interface Poster {
  readonly mimeType: string;
  readonly bytes: Uint8Array;
}

export class CatalogRepository {
  readonly #db: Connection;

  constructor(db: Connection) {
    this.#db = db;
  }

  async courses(account: string): Promise<CourseResponse[]> {
    const rows = this.#db.prepare('SELECT course, lessons FROM courses WHERE account = ? ORDER BY position').all(account);
    return rows.map((row) => {
      const { course, lessons } = courseRow.parse(row);
      return { course: courseSummarySchema.parse(JSON.parse(course)), lessons: z.array(lessonSchema).parse(JSON.parse(lessons)) };
    });
  }

  async refreshedAt(account: string): Promise<number | null> {
    const row = this.#db.prepare('SELECT at FROM catalog_refreshes WHERE account = ?').get(account);
    return row === undefined ? null : atRow.parse(row).at;
  }

  /** Replaces the student's whole catalogue. */
  async replace(account: string, courses: readonly CourseResponse[], at: number): Promise<void> {
    const insert = this.#db.prepare('INSERT INTO courses (account, id, position, course, lessons) VALUES (?, ?, ?, ?, ?)');
    this.#db
      .transaction(() => {
        this.#db.prepare('DELETE FROM courses WHERE account = ?').run(account);
        courses.forEach(({ course, lessons }, position) => insert.run(account, course.id, position, JSON.stringify(course), JSON.stringify(lessons)));
        this.#db.prepare('INSERT OR REPLACE INTO catalog_refreshes (account, at) VALUES (?, ?)').run(account, at);
      })
      .immediate();
  }

  async poster(server: string, path: string): Promise<Poster | null> {
    const row = this.#db.prepare('SELECT type, bytes FROM posters WHERE server = ? AND path = ?').get(server, path);
    if (row === undefined) return null;
    const { type, bytes } = posterRow.parse(row);
    return { mimeType: type, bytes };
  }

  async savePoster(server: string, path: string, { mimeType, bytes }: Poster): Promise<void> {
    this.#db.prepare('INSERT OR REPLACE INTO posters (server, path, type, bytes) VALUES (?, ?, ?, ?)').run(server, path, mimeType, bytes);
  }
}
