import { open } from 'node:fs/promises';
import { sql } from 'kysely';
import { openStore, type Store } from '../store/database.ts';
import { copySqlite } from '../store/sqlite-copy.ts';
import { dumpDatabase } from './postgres-programs.ts';
import { mediaOfSchool } from './media-of-school.ts';

/** A database of one instant in a file, and the published files it speaks of at that instant. */
export interface DatabaseSnapshot {
  readonly media: readonly string[];
  /** Of PostgreSQL: where its tables lie. */
  readonly schema: string | null;
}

/** What says nothing in another place: files copied to a storage, how far lessons in the making are, whose sources are not backed up, and uploads. */
const rowsLeftOut = ['media_copies', 'job_claims', 'upload_reservations'];

/** SQLite in a copy of its own. Throws with a sentence when the database is damaged. */
export async function snapshotSqlite(database: string, file: string, nativeBinding?: string): Promise<DatabaseSnapshot> {
  const found = copySqlite(database, file, nativeBinding);
  if (found !== 'ok') throw new Error(`The school's database is damaged and was not backed up: ${found}. The backups before it are as they were.`);
  const store = await openStore(file, nativeBinding);
  const media = await mediaOfSchool(store).finally(() => store.destroy());
  // Nobody has waited for the disk yet.
  const handle = await open(file, 'r+');
  await handle.sync().finally(() => handle.close());
  return { media, schema: null };
}

/** PostgreSQL by pg_dump, in the snapshot in which the files are listed. */
export async function snapshotPostgres(store: Store, address: string, file: string, signal: AbortSignal): Promise<DatabaseSnapshot> {
  return store
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (transaction) => {
      // It stands still while the other program writes.
      await sql`set local idle_in_transaction_session_timeout = 0`.execute(transaction);
      const { rows } = await sql<{ snapshot: string; schema: string }>`select pg_export_snapshot() as snapshot, current_schema() as schema`.execute(transaction);
      const [{ snapshot, schema } = { snapshot: '', schema: '' }] = rows;
      const media = await mediaOfSchool(transaction);
      await dumpDatabase(address, { snapshot, file, rowsLeftOut: rowsLeftOut.map((table) => `${schema}.${table}`), signal });
      const handle = await open(file, 'r+');
      await handle.sync().finally(() => handle.close());
      return { media, schema };
    });
}
