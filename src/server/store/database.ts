import Database from 'better-sqlite3';
import { Kysely, SqliteDialect } from 'kysely';
import { access } from './migrations/0020-access.ts';
import { progress } from './migrations/0030-progress.ts';
import { notes } from './migrations/0035-notes.ts';
import { jobs } from './migrations/0040-jobs.ts';
import { links } from './migrations/0045-links.ts';
import { school } from './migrations/0010-school.ts';
import type { Schema } from './schema.ts';

export type Store = Kysely<Schema>;

const migrations = [school, access, progress, notes, jobs, links];

/** Opens the school's database and brings it up to date, each step in a transaction of its own. */
export async function openStore(file: string, nativeBinding?: string): Promise<Store> {
  const database = new Database(file, nativeBinding ? { nativeBinding } : {});
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.pragma('foreign_keys = ON');
  database.pragma('busy_timeout = 5000');
  const store = new Kysely<Schema>({ dialect: new SqliteDialect({ database }) });
  await migrate(store);
  return store;
}

async function migrate(store: Store): Promise<void> {
  await store.schema
    .createTable('migrations')
    .ifNotExists()
    .addColumn('version', 'integer', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .execute();
  const done = new Set((await store.selectFrom('migrations').select('version').execute()).map(({ version }) => version));
  for (const { version, name, up } of migrations) {
    if (done.has(version)) continue;
    await store.transaction().execute(async (transaction) => {
      await up(transaction);
      await transaction.insertInto('migrations').values({ version, name }).execute();
    });
  }
}
