import { createDecipheriv, createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { manifestSchema } from '../../../src/shared/models/manifest.ts';
import { fromWire } from '../../../src/shared/api/codec.ts';
import { deriveFileKey } from '../../../src/server/services/encryption.ts';
import { createPublication } from '../../../src/server/services/publication.ts';
import { openSchoolKeys } from '../../../src/server/services/school-keys.ts';
import { createFolderStorage } from '../../../src/server/storage/folder-storage.ts';
import { readWhole } from '../../../src/server/storage/read-whole.ts';
import { openStore, type Store } from '../../../src/server/store/database.ts';
import { isPostgresAddress } from '../../../src/server/store/postgres.ts';
import { freshDatabase } from '../../harness/postgres-of-run.ts';
import { names } from '../../harness/storage/storage-contract.ts';
import { lastingFolder } from '../../harness/temporary-folder.ts';
import { encodeTinySchool } from '../../harness/tiny-school.ts';

const { folder, remove } = lastingFolder();
const media = createFolderStorage(join(folder, 'media'));
const stores: Store[] = [];
let encoded = '';

/** One worker of the school, in PostgreSQL with a connection of its own. SQLite's would wait for each other in one process. */
async function worker(address: string) {
  const [first] = stores;
  const store = first && !isPostgresAddress(address) ? first : await openStore(address);
  stores.push(store);
  return createPublication({ store, media, keys: await openSchoolKeys(store, join(folder, 'keys.json')), now: () => 1 });
}

beforeAll(async () => {
  encoded = join(folder, 'encoded');
  await cp(join(await encodeTinySchool(), 'lessons', 'making-tea'), encoded, { recursive: true });
});
afterAll(async () => {
  await Promise.all([...new Set(stores)].map((store) => store.destroy()));
  remove();
});

it('of workers that publish one lesson at once each file is published once, by one key, and whoever has the lease opens all of it', async () => {
  const address = await freshDatabase(folder);
  const workers = [await worker(address), await worker(address), await worker(address)];
  const [store] = stores;
  if (!store) throw new Error('No store');
  await store.insertInto('courses').values({ id: 'tea', position: 0, title: 'Tea', description: '', language: 'en', poster_sha256: null, poster_type: null }).execute();
  const outcomes = await Promise.all(workers.map((one) => one.publish(encoded)));
  expect(outcomes.filter(Boolean)).toEqual([true]);

  const row = await store.selectFrom('lessons').selectAll().where('id', '=', 'making-tea').executeTakeFirstOrThrow();
  const { revision, renditions, sideFiles } = fromWire(manifestSchema, JSON.parse(row.manifest ?? ''));
  expect(revision).toBe(1);
  const files = [...renditions.flatMap(({ file, pieceTable }) => [file, pieceTable]), ...sideFiles.map(({ file }) => file)];
  // Nothing else lies there: what the others made is gone.
  expect(await names(media)).toEqual([...new Set(files.map(({ sha256 }) => sha256))].toSorted());
  expect(readdirSync(join(folder, 'media', 'incoming'))).toEqual([]);
  const captions = sideFiles.find(({ role }) => role === 'captions');
  const decipher = createDecipheriv('aes-128-cbc', deriveFileKey(row.content_key, captions?.file.keyId ?? ''), new Uint8Array(16));
  const clear = Buffer.concat([decipher.update(await readWhole(media, captions?.file.sha256 ?? '')), decipher.final()]);
  expect(clear.equals(await readFile(join(encoded, captions?.name ?? '')))).toBe(true);
  const known = await store.selectFrom('published_files').select(['sha256', 'plain_sha256']).execute();
  expect(known.find(({ sha256 }) => sha256 === captions?.file.sha256)?.plain_sha256).toBe(createHash('sha256').update(clear).digest('hex'));
});

it('of two that bring different revisions at once both come, one after the other', async () => {
  const [store] = stores;
  const other = join(folder, 'other');
  await cp(encoded, other, { recursive: true });
  for (const [place, title] of [[encoded, 'First'], [other, 'Second']] as const) {
    const lesson = JSON.parse(await readFile(join(place, 'lesson.json'), 'utf8')) as object;
    await writeFile(join(place, 'lesson.json'), JSON.stringify({ ...lesson, title }));
  }
  const before = await names(media);
  const workers = stores.slice(0, 2).map(async (one) => createPublication({ store: one, media, keys: await openSchoolKeys(one, join(folder, 'keys.json')), now: () => 2 }));
  const [first, second] = await Promise.all(workers);
  expect(await Promise.all([first?.publish(encoded), second?.publish(other)])).toEqual([true, true]);
  const row = await store?.selectFrom('lessons').selectAll().where('id', '=', 'making-tea').executeTakeFirstOrThrow();
  expect([row?.revision, (JSON.parse(row?.manifest ?? '{}') as { revision: number }).revision]).toEqual([3, 3]);
  expect(await names(media)).toEqual(before);
});
