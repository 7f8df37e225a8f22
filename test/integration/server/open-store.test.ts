import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { openStore } from '../../../src/server/store/database.ts';
import { temporaryFolder } from '../../harness/temporary-folder.ts';

it('a database that is up to date is opened while somebody writes to it, who is not kept waiting', async () => {
  const file = join(temporaryFolder(), 'school.db');
  const school = await openStore(file);
  const beside = await school.transaction().execute(async (place) => {
    await sql`insert into settings (name, value) values ('a', 'b')`.execute(place);
    return openStore(file);
  });
  expect(await beside.selectFrom('settings').select('value').where('name', '=', 'a').execute()).toEqual([{ value: 'b' }]);
  await Promise.all([school.destroy(), beside.destroy()]);
});
