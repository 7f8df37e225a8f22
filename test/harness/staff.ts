import { openStore } from '../../src/server/store/database.ts';
import type { Store } from '../../src/server/store/schema.ts';
import { schoolClient, type SchoolClient } from './school-client.ts';
import type { SchoolServer } from './school-server.ts';
import type { people } from './tiny-school.ts';

/** Gives someone of the tiny school a role, and their session. */
export async function signInAs(school: SchoolServer, role: 'student' | 'teacher' | 'admin', who: keyof typeof people): Promise<SchoolClient> {
  await withStore(school, (store) => store.updateTable('people').set({ role }).where('id', '=', `of-${who}`).execute());
  return schoolClient(school.url, (await school.signIn(who)).tokens?.accessToken);
}

/** Everything there is in the school's tables, so that two moments can be compared. */
export function everyRow(school: SchoolServer): Promise<string> {
  return withStore(school, async (store) => {
    const tables = (await store.introspection.getTables()).filter(({ schema }) => schema !== 'pgboss').map(({ name }) => name).toSorted();
    const rows: unknown[] = [];
    for (const table of tables) rows.push([table, await store.selectFrom(table as 'people').selectAll().execute()]);
    return JSON.stringify(rows, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
  });
}

async function withStore<Result>(school: SchoolServer, work: (store: Store) => Promise<Result>): Promise<Result> {
  const store = await openStore(school.database);
  return work(store).finally(() => store.destroy());
}
