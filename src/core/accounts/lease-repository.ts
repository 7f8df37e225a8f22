import { z } from 'zod';
import type { Connection } from '../database/connection.ts';
import type { AccountId } from './ports.ts';

export interface StoredLease {
  readonly contentKey: Uint8Array;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

const row = z.object({ content_key: z.instanceof(Uint8Array), issued_at: z.int(), expires_at: z.int() });

export class LeaseRepository {
  readonly #db: Connection;

  constructor(db: Connection) {
    this.#db = db;
  }

  async find(account: AccountId, lessonId: string): Promise<StoredLease | null> {
    const found = this.#db.prepare('SELECT content_key, issued_at, expires_at FROM leases WHERE account = ? AND lesson_id = ?').get(account, lessonId);
    if (found === undefined) return null;
    const { content_key, issued_at, expires_at } = row.parse(found);
    return { contentKey: content_key, issuedAt: issued_at, expiresAt: expires_at };
  }

  async save(account: AccountId, lessonId: string, { contentKey, issuedAt, expiresAt }: StoredLease): Promise<void> {
    this.#db
      .prepare('INSERT OR REPLACE INTO leases (account, lesson_id, content_key, issued_at, expires_at) VALUES (?, ?, ?, ?, ?)')
      .run(account, lessonId, contentKey, issuedAt, expiresAt);
  }

  async remove(account: AccountId, lessonId: string): Promise<void> {
    this.#db.prepare('DELETE FROM leases WHERE account = ? AND lesson_id = ?').run(account, lessonId);
  }
}
