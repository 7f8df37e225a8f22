import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { openStore } from '../../../src/server/store/database.ts';
import { temporaryFolder } from '../../harness/temporary-folder.ts';

it('who asks first is answered first, also behind a transaction', async () => {
  const store = await openStore(join(temporaryFolder(), 'school.db'));
  const answered: string[] = [];
  const ask = (name: string) => sql`select 1`.execute(store).then(() => void answered.push(name));
  const told = Promise.withResolvers<void>();
  const transaction = store.transaction().execute(async (place) => {
    for (let question = 0; question < 20; question += 1) await sql`select 1`.execute(place);
    told.resolve();
    for (let question = 0; question < 20; question += 1) await sql`select 1`.execute(place);
    answered.push('transaction');
  });
  await told.promise;
  const early = Array.from({ length: 50 }, (_, seat) => ask(`seat ${seat}`));
  // Whoever was answered asks again at once, and is behind those who wait.
  const again = early.map((one, seat) => one.then(() => ask(`seat ${seat} again`)));
  await Promise.all([transaction, ...again]);
  const seats = Array.from({ length: 50 }, (_, seat) => `seat ${seat}`);
  expect(answered).toEqual(['transaction', ...seats, ...seats.map((seat) => `${seat} again`)]);
  await store.destroy();
});

it('a transaction that fails leaves the connection to those behind it', async () => {
  const store = await openStore(join(temporaryFolder(), 'school.db'));
  const failing = store.transaction().execute(async (place) => {
    await sql`insert into settings (name, value) values ('a', 'b')`.execute(place);
    throw new Error('no');
  });
  const [failed, behind] = await Promise.allSettled([failing, store.selectFrom('settings').selectAll().where('name', '=', 'a').execute()]);
  expect([failed, behind]).toEqual([expect.objectContaining({ status: 'rejected' }), { status: 'fulfilled', value: [] }]);
  await store.destroy();
});
