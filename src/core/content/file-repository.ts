import { z } from 'zod';
import type { Connection } from '../database/connection.ts';
import { guarded } from '../database/failures.ts';
import type { Claim, FileId, KeptBytes } from './ports.ts';

const partialsSchema = z.array(z.tuple([z.int().nonnegative(), z.int().positive()]));

/** What is known of a file from before. */
export interface KnownFile {
  readonly bits: Uint8Array;
  /** Bytes that lie on disk of pieces that were cut off. */
  readonly partials: ReadonlyMap<number, number>;
}

interface FileBits {
  readonly id: FileId;
  readonly bytes: number;
  readonly pieces: number;
  readonly bits: Uint8Array;
  readonly partials: ReadonlyMap<number, number>;
  readonly verifiedBytes: number;
  readonly usedAt: number;
}

/** Which pieces are here and who keeps them. */
export class FileRepository {
  readonly #db: Connection;

  constructor(db: Connection) {
    this.#db = db;
  }

  async find(fileId: FileId): Promise<KnownFile | undefined> {
    const row = guarded('content', () => this.#db.prepare<[string], { bits: Uint8Array; partials: string }>('SELECT bits, partials FROM files WHERE id = ?').get(fileId));
    return row && { bits: row.bits, partials: new Map(partialsSchema.parse(JSON.parse(row.partials))) };
  }

  /** Commits bits, all in one transaction; the caller has made the bytes durable before. */
  async save(files: readonly FileBits[]): Promise<void> {
    const insert = this.#db.prepare(
      `INSERT INTO files (id, bytes, pieces, bits, verified_bytes, used_at, partials) VALUES (@id, @bytes, @pieces, @bits, @verifiedBytes, @usedAt, @partials)
       ON CONFLICT (id) DO UPDATE SET bytes = @bytes, pieces = @pieces, bits = @bits, verified_bytes = @verifiedBytes, used_at = @usedAt, partials = @partials`,
    );
    const rows = files.map((file) => ({ ...file, partials: JSON.stringify([...file.partials]) }));
    guarded('content', () => this.#db.transaction(() => rows.forEach((row) => insert.run(row))).immediate());
  }

  /** Somebody watched these just now. */
  async used(fileIds: readonly FileId[], usedAt: number): Promise<void> {
    const update = this.#db.prepare('UPDATE files SET used_at = ? WHERE id = ?');
    guarded('content', () => this.#db.transaction(() => fileIds.forEach((fileId) => update.run(usedAt, fileId))).immediate());
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

  /** Whose claims there are: all, those of one lesson of one student, or those on one file. */
  async claims(of?: Pick<Claim, 'account' | 'lessonId'> | { readonly fileId: FileId }): Promise<Claim[]> {
    const where = of === undefined ? '' : 'fileId' in of ? 'WHERE file_id = @fileId' : 'WHERE account = @account AND lesson_id = @lessonId';
    const sql = `SELECT DISTINCT account, lesson_id AS lessonId, quality FROM claims ${where}`;
    return guarded('content', () => this.#db.prepare<[object], Claim>(sql).all({ ...of }));
  }

  async ids(): Promise<ReadonlySet<FileId>> {
    return new Set(guarded('content', () => this.#db.prepare<[], { id: string }>('SELECT id FROM files').all()).map(({ id }) => id));
  }

  async storedBytes(fileIds: readonly FileId[]): Promise<number> {
    const one = this.#db.prepare<[string], { bytes: number }>('SELECT verified_bytes AS bytes FROM files WHERE id = ?');
    return guarded('content', () => fileIds.reduce((sum, fileId) => sum + (one.get(fileId)?.bytes ?? 0), 0));
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

  async keptBytes(account: string): Promise<KeptBytes[]> {
    return guarded('content', () =>
      this.#db
        .prepare<[string], KeptBytes>(
          `SELECT lesson_id AS lessonId, quality, sum(verified_bytes) AS bytes
           FROM claims JOIN files ON files.id = file_id WHERE account = ? GROUP BY lesson_id, quality`,
        )
        .all(account),
    );
  }

  async claimedBytes(): Promise<number> {
    const sql = 'SELECT sum(verified_bytes) AS bytes FROM files WHERE id IN (SELECT file_id FROM claims)';
    return guarded('content', () => this.#db.prepare<[], { bytes: number | null }>(sql).get())?.bytes ?? 0;
  }
}
