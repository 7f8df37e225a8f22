import { afterAll, beforeAll, expect, it } from 'vitest';
import { join } from 'node:path';
import { commandLine } from '../../../src/server/services/audit.ts';
import { enrolFromList } from '../../../src/server/services/enrolment-list.ts';
import { openStore, type Store } from '../../../src/server/store/database.ts';
import { lastingFolder } from '../../harness/temporary-folder.ts';

const { folder, remove } = lastingFolder();
let store: Store;
beforeAll(async () => {
  store = await openStore(join(folder, 'school.db'));
  await store.insertInto('courses').values({ id: 'tea', position: 0, title: 'Tea', description: '', language: 'en', poster_sha256: null, poster_type: null }).execute();
});
afterAll(async () => {
  await store?.destroy();
  remove();
});

/** How often others had their turn while this was done. */
async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  let turns = 0;
  let isOver = false;
  const count = () => {
    if (isOver) return;
    turns += 1;
    setImmediate(count);
  };
  setImmediate(count);
  await work();
  isOver = true;
  return turns;
}

it('who asks for something else is answered while a long list is taken in', async () => {
  const lines = Array.from({ length: 1000 }, (_, index) => `student-${index}@school.test,Student ${index}`);
  const list = ['email,name', ...lines].join('\n');
  const take = () => enrolFromList(store, () => 1, commandLine, 'tea', list);
  for (const outcome of ['created', 'already']) {
    let outcomes: string[] = [];
    const turns = await turnsDuring(async () => (outcomes = (await take()).lines.map((line) => line.outcome)));
    expect(outcomes).toEqual(lines.map(() => outcome));
    expect(turns).toBeGreaterThanOrEqual(20);
  }
});
