import { Kysely, sql, type Dialect } from 'kysely';
import { setTimeout as later } from 'node:timers/promises';
import { isAway } from './failures.ts';
import { migrate } from './migrate.ts';
import { isPostgresAddress, postgresDialect } from './postgres.ts';
import type { Schema, Store } from './schema.ts';
import { sqliteDialect } from './sqlite.ts';

export type { Store };

/** A database that starts at the same time as the server is waited for. */
const patienceMs = 30_000;
const askAgainMs = 500;

/** Opens the school's database and brings it up to date. @param address of a PostgreSQL (postgresql://...), or SQLite's file */
export async function openStore(address: string, nativeBinding?: string): Promise<Store> {
  const store = connect(isPostgresAddress(address) ? postgresDialect(address) : sqliteDialect(address, nativeBinding));
  try {
    await ready(store);
    await migrate(store);
    return store;
  } catch (error) {
    await store.destroy();
    throw error;
  }
}

/** A replica of the school's database, as it is: it may be away, and nothing is written to it. */
export function openReplica(address: string): Store {
  return connect(postgresDialect(address));
}

function connect(dialect: Dialect): Store {
  return new Kysely<Schema>({ dialect });
}

async function ready(store: Store): Promise<void> {
  for (let waited = 0; ; waited += askAgainMs) {
    try {
      return void (await sql`select 1`.execute(store));
    } catch (error) {
      if (!isAway(error) || waited >= patienceMs) throw error;
    }
    await later(askAgainMs);
  }
}
