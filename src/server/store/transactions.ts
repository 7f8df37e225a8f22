import { PostgresAdapter, sql } from 'kysely';
import { setTimeout as later } from 'node:timers/promises';
import { isCollision } from './failures.ts';
import type { Store } from './schema.ts';

/** PostgreSQL has many writers at once, SQLite one. */
export function isPostgres(store: Store): boolean {
  return store.getExecutor().adapter instanceof PostgresAdapter;
}

const mostAttempts = 5;
const askAgainMs = 100;

/** All of it or nothing; begun again when another transaction was in the way, so `work` changes nothing but the database. */
export async function inTransaction<Result>(store: Store, work: (transaction: Store) => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await store.transaction().execute(work);
    } catch (error) {
      if (attempt === mostAttempts || !isCollision(error)) throw error;
    }
  }
}

/** Whoever else comes with this name waits until the transaction ends. In SQLite a transaction is alone from its beginning. */
export async function takeTurn(transaction: Store, name: string): Promise<void> {
  if (isPostgres(transaction)) await sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(transaction);
}

/** One at a time does work of this name, on however many servers, for as long as it takes. Ends with its process at the latest. */
export async function inTurn<Result>(store: Store, name: string, work: () => Promise<Result>): Promise<Result> {
  if (!isPostgres(store)) return work();
  return store.connection().execute(async (connection) => {
    // Asked again and again, since waiting for long would be ended as a statement that hangs.
    while (!(await sql<{ mine: boolean }>`select pg_try_advisory_lock(hashtextextended(${name}, 0)) as mine`.execute(connection)).rows[0]?.mine) await later(askAgainMs);
    try {
      return await work();
    } finally {
      await sql`select pg_advisory_unlock(hashtextextended(${name}, 0))`.execute(connection);
    }
  });
}
