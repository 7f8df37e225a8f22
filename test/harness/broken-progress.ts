import { sql } from 'kysely';
import type { Store } from '../../src/server/store/database.ts';
import { isPostgres } from '../../src/server/store/transactions.ts';

/** From now on the database fails on progress that holds this word. @returns what mends it */
export async function breakProgress(store: Store, word: string): Promise<() => Promise<void>> {
  const holds = sql.raw(`NEW.state LIKE '%${word}%'`);
  if (!isPostgres(store)) {
    await sql`CREATE TRIGGER broken BEFORE INSERT ON progress WHEN ${holds} BEGIN SELECT RAISE(ABORT, 'broken'); END`.execute(store);
    return async () => void (await sql`DROP TRIGGER broken`.execute(store));
  }
  await sql`CREATE FUNCTION break() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''broken''; END'`.execute(store);
  await sql`CREATE TRIGGER broken BEFORE INSERT ON progress FOR EACH ROW WHEN (${holds}) EXECUTE FUNCTION break()`.execute(store);
  return async () => void (await sql`DROP TRIGGER broken ON progress`.execute(store));
}
