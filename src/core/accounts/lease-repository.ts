import { z } from 'zod';
import type { Connection } from '../database/connection.ts';
import { guarded } from '../database/failures.ts';
import type { AccountId } from './ports.ts';

const leaseRow = z.object({ lease: z.instanceof(Uint8Array) });
const dueRow = z.object({ lesson_id: z.string(), expires_at: z.int() }).transform(({ lesson_id, expires_at }) => ({ lessonId: lesson_id, expiresAt: expires_at }));

/** In place of the end of a lease that the school took back. */
export const takenBack = 0;

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

  /** Lessons whose lease ends before `at`, soonest first; those that were taken back among them. */
  async endingBefore(account: AccountId, at: number): Promise<{ lessonId: string; expiresAt: number }[]> {
    const sql = 'SELECT lesson_id, expires_at FROM leases WHERE account = ? AND expires_at < ? ORDER BY expires_at, lesson_id';
    return guarded('ledger', () => this.#db.prepare(sql).all(account, at)).map((row) => dueRow.parse(row));
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

  /** Nothing opens the lesson any more; that there was a lease is kept, so that it is asked for again. */
  async takeBack(account: AccountId, lessonId: string): Promise<void> {
    const sql = "UPDATE leases SET lease = x'', expires_at = ? WHERE account = ? AND lesson_id = ?";
    guarded('ledger', () => this.#db.prepare(sql).run(takenBack, account, lessonId));
  }

  async remove(account: AccountId, lessonId: string): Promise<void> {
    guarded('ledger', () => this.#db.prepare('DELETE FROM leases WHERE account = ? AND lesson_id = ?').run(account, lessonId));
  }
}
