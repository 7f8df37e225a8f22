import { z } from 'zod';
import { errorCodeSchema } from '../../shared/errors.ts';
import { qualitySchema } from '../../shared/models/quality.ts';
import type { Connection } from '../database/connection.ts';
import { guarded } from '../database/failures.ts';

/** What of a download survives a restart. Running and waiting are both `queued` on disk: they go on at the next start. */
const rowSchema = z.object({
  lessonId: z.string(),
  courseId: z.string(),
  quality: qualitySchema,
  state: z.enum(['queued', 'paused', 'failed', 'ready']),
  reason: errorCodeSchema.nullable(),
  position: z.int().nonnegative(),
  bytesDone: z.int().nonnegative(),
  bytesTotal: z.int().nonnegative(),
  /** The lesson's revision that is here whole; 0 while none is. */
  revision: z.int().nonnegative(),
});
export type DownloadRow = z.infer<typeof rowSchema>;

const keptSchema = rowSchema.pick({ lessonId: true, quality: true, state: true }).extend({ account: z.string() });
export type KeptRow = z.infer<typeof keptSchema>;

const columns = 'lesson_id AS lessonId, course_id AS courseId, quality, state, reason, position, bytes_done AS bytesDone, bytes_total AS bytesTotal, revision';

export class DownloadRepository {
  readonly #db: Connection;

  constructor(db: Connection) {
    this.#db = db;
  }

  async list(account: string): Promise<DownloadRow[]> {
    const rows = guarded('content', () => this.#db.prepare(`SELECT ${columns} FROM downloads WHERE account = ? ORDER BY position`).all(account));
    return rows.map((row) => rowSchema.parse(row));
  }

  /** Which quality every student's lessons are taken home at, and whether they are here whole. */
  async kept(): Promise<KeptRow[]> {
    const rows = guarded('content', () => this.#db.prepare('SELECT account, lesson_id AS lessonId, quality, state FROM downloads').all());
    return rows.map((row) => keptSchema.parse(row));
  }

  /** All of them or none. */
  async save(account: string, rows: readonly DownloadRow[]): Promise<void> {
    const insert = this.#db.prepare(
      `INSERT INTO downloads (account, lesson_id, course_id, quality, state, reason, position, bytes_done, bytes_total, revision)
       VALUES (@account, @lessonId, @courseId, @quality, @state, @reason, @position, @bytesDone, @bytesTotal, @revision)
       ON CONFLICT (account, lesson_id) DO UPDATE SET quality = @quality, state = @state, reason = @reason, position = @position,
         bytes_done = @bytesDone, bytes_total = @bytesTotal, revision = @revision`,
    );
    guarded('content', () => this.#db.transaction(() => rows.forEach((row) => insert.run({ account, ...row }))).immediate());
  }

  async remove(account: string, lessonIds: readonly string[]): Promise<void> {
    const remove = this.#db.prepare('DELETE FROM downloads WHERE account = ? AND lesson_id = ?');
    guarded('content', () => this.#db.transaction(() => lessonIds.forEach((lessonId) => remove.run(account, lessonId))).immediate());
  }
}
