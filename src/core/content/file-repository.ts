import type { Connection } from '../database/connection.ts';
import { guarded } from '../database/failures.ts';
import type { Claim, FileId } from './ports.ts';

interface FileRow {
  readonly bits: Uint8Array;
}

interface FileBits {
  readonly id: FileId;
  readonly bytes: number;
  readonly pieces: number;
  readonly bits: Uint8Array;
  readonly verifiedBytes: number;
  readonly usedAt: number;
}

/** Which pieces are here and who keeps them. */
export class FileRepository {
  readonly #db: Connection;

  constructor(db: Connection) {
    this.#db = db;
  }

  async bits(fileId: FileId): Promise<Uint8Array | undefined> {
    return guarded('content', () => this.#db.prepare<[string], FileRow>('SELECT bits FROM files WHERE id = ?').get(fileId))?.bits;
  }

  /** Commits bits, all in one transaction; the caller has made the bytes durable before. */
  async save(files: readonly FileBits[]): Promise<void> {
    const insert = this.#db.prepare(
      `INSERT INTO files (id, bytes, pieces, bits, verified_bytes, used_at) VALUES (@id, @bytes, @pieces, @bits, @verifiedBytes, @usedAt)
       ON CONFLICT (id) DO UPDATE SET bits = @bits, verified_bytes = @verifiedBytes, used_at = @usedAt`,
    );
    guarded('content', () => this.#db.transaction(() => files.forEach((file) => insert.run(file))).immediate());
  }

  async forget(fileId: FileId): Promise<void> {
    guarded('content', () => this.#db.prepare('DELETE FROM files WHERE id = ?').run(fileId));
  }

  async claim({ account, lessonId, quality }: Claim, fileIds: readonly FileId[]): Promise<void> {
    const insert = this.#db.prepare('INSERT OR IGNORE INTO claims (account, lesson_id, quality, file_id) VALUES (?, ?, ?, ?)');
    guarded('content', () => this.#db.transaction(() => fileIds.forEach((fileId) => insert.run(account, lessonId, quality, fileId))).immediate());
  }

  /** Makes the claim keep exactly these; gives the files it kept before and does not now. */
  async claimOnly({ account, lessonId, quality }: Claim, fileIds: readonly FileId[]): Promise<FileId[]> {
    const of = 'account = ? AND lesson_id = ? AND quality = ?';
    const kept = this.#db.prepare<string[], { file_id: string }>(`SELECT file_id FROM claims WHERE ${of}`);
    const drop = this.#db.prepare(`DELETE FROM claims WHERE ${of} AND file_id = ?`);
    const insert = this.#db.prepare('INSERT OR IGNORE INTO claims (account, lesson_id, quality, file_id) VALUES (?, ?, ?, ?)');
    const wanted = new Set(fileIds);
    return guarded('content', () =>
      this.#db
        .transaction(() => {
          const dropped = kept.all(account, lessonId, quality).map((row) => row.file_id).filter((fileId) => !wanted.has(fileId));
          for (const fileId of dropped) drop.run(account, lessonId, quality, fileId);
          for (const fileId of wanted) insert.run(account, lessonId, quality, fileId);
          return dropped;
        })
        .immediate(),
    );
  }

  async storedBytes(fileIds: readonly FileId[]): Promise<number> {
    const one = this.#db.prepare<[string], { bytes: number }>('SELECT verified_bytes AS bytes FROM files WHERE id = ?');
    return guarded('content', () => fileIds.reduce((sum, fileId) => sum + (one.get(fileId)?.bytes ?? 0), 0));
  }

  async claims(): Promise<Claim[]> {
    return guarded('content', () =>
      this.#db
        .prepare<[], { account: string; lesson_id: string; quality: string }>('SELECT DISTINCT account, lesson_id, quality FROM claims')
        .all()
        .map((row) => ({ account: row.account, lessonId: row.lesson_id, quality: row.quality })),
    );
  }

  /** Files nobody claims, least recently used first. */
  async unclaimed(): Promise<{ id: FileId; verifiedBytes: number }[]> {
    return guarded('content', () =>
      this.#db
        .prepare<[], { id: string; verified_bytes: number }>(
          'SELECT id, verified_bytes FROM files WHERE id NOT IN (SELECT file_id FROM claims) ORDER BY used_at',
        )
        .all()
        .map((row) => ({ id: row.id, verifiedBytes: row.verified_bytes })),
    );
  }

  async isClaimed(fileId: FileId): Promise<boolean> {
    return guarded('content', () => this.#db.prepare('SELECT 1 FROM claims WHERE file_id = ? LIMIT 1').get(fileId)) !== undefined;
  }

  async bytesByLesson(): Promise<Map<string, number>> {
    const rows = guarded('content', () =>
      this.#db
        .prepare<[], { lesson_id: string; bytes: number }>(
          `SELECT lesson_id, sum(verified_bytes) AS bytes
           FROM (SELECT DISTINCT lesson_id, file_id FROM claims) JOIN files ON files.id = file_id GROUP BY lesson_id`,
        )
        .all(),
    );
    return new Map(rows.map((row) => [row.lesson_id, row.bytes]));
  }

  async claimedBytes(): Promise<number> {
    const sql = 'SELECT sum(verified_bytes) AS bytes FROM files WHERE id IN (SELECT file_id FROM claims)';
    return guarded('content', () => this.#db.prepare<[], { bytes: number | null }>(sql).get())?.bytes ?? 0;
  }
}
