import { z } from 'zod';
import type { Connection } from '../database/connection.ts';
import { guarded } from '../database/failures.ts';
import type { AccountId } from './ports.ts';

const leaseRow = z.object({ lease: z.instanceof(Uint8Array) });
const dueRow = z.object({ lesson_id: z.string() });

export class LeaseReads {
  readonly #db: Connection;

  constructor(db: Connection) {
    this.#db = db;
  }

  /** The wrapped lease; null when there is none. */
  async find(account: AccountId, lessonId: string): Promise<Uint8Array | null> {
    const row = guarded('ledger', () => this.#db.prepare('SELECT lease FROM leases WHERE account = ? AND lesson_id = ?').get(account, lessonId));
    return row === undefined ? null : leaseRow.parse(row).lease;
  }

  /** Lessons whose lease ends before `at`, soonest first. */
  async endingBefore(account: AccountId, at: number): Promise<string[]> {
    const sql = 'SELECT lesson_id FROM leases WHERE account = ? AND expires_at < ? ORDER BY expires_at';
    return guarded('ledger', () => this.#db.prepare(sql).all(account, at)).map((row) => dueRow.parse(row).lesson_id);
  }
}

export class LeaseWrites {
  readonly #db: Connection;

  constructor(db: Connection) {
    this.#db = db;
  }

  async save(account: AccountId, lessonId: string, lease: Uint8Array, expiresAt: number): Promise<void> {
    const sql = `INSERT INTO leases (account, lesson_id, lease, expires_at) VALUES (?, ?, ?, ?)
      ON CONFLICT (account, lesson_id) DO UPDATE SET lease = excluded.lease, expires_at = excluded.expires_at`;
    guarded('ledger', () => this.#db.prepare(sql).run(account, lessonId, lease, expiresAt));
  }

  async remove(account: AccountId, lessonId: string): Promise<void> {
    guarded('ledger', () => this.#db.prepare('DELETE FROM leases WHERE account = ? AND lesson_id = ?').run(account, lessonId));
  }
}
