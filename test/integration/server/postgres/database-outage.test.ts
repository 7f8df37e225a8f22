import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createPublication } from '../../../../src/server/services/publication.ts';
import { openSchoolKeys } from '../../../../src/server/services/school-keys.ts';
import { createFolderStorage } from '../../../../src/server/storage/folder-storage.ts';
import type { MediaStorage } from '../../../../src/server/storage/ports.ts';
import { openStore, type Store } from '../../../../src/server/store/database.ts';
import { createLessonMaker } from '../../../../src/server/transcoding/make-lesson.ts';
import { fromWire } from '../../../../src/shared/api/codec.ts';
import { manifestSchema } from '../../../../src/shared/models/manifest.ts';
import { startPostgres, type Postgres } from '../../../harness/postgres.ts';
import { names } from '../../../harness/storage/storage-contract.ts';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'teachify-outage-'));
const source = join(folder, 'film.mkv');
let postgres: Postgres;
let store: Store;

beforeAll(async () => {
  postgres = await startPostgres();
  store = await openStore(await postgres.createDatabase());
  await store.insertInto('courses').values({ id: 'tea', position: 0, title: 'Tea', description: '', language: 'en', poster_sha256: null, poster_type: null }).execute();
  await run('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=s=640x360:r=10:d=7', '-f', 'lavfi', '-i', 'sine=d=7', '-c:v', 'libx264', '-preset', 'ultrafast', source]);
});
afterAll(async () => {
  await store?.destroy();
  await postgres?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A storage beside which the database goes away once so many files are there. */
function losingDatabaseAfter(files: number, media: MediaStorage): MediaStorage {
  let left = files;
  return {
    ...media,
    put: async (content, about) => {
      const file = await media.put(content, about);
      if ((left -= 1) === 0) await postgres.kill();
      return file;
    },
  };
}

it.each([1, 4, 9])('a database that is killed in the middle of a publication (after %s files) is waited for; then all of it is there, once', async (files) => {
  const id = `after-${files}`;
  const place = createFolderStorage(join(folder, `media-${files}`));
  const publication = createPublication({ store, media: losingDatabaseAfter(files, place), keys: await openSchoolKeys(store, join(folder, 'keys.json')), now: () => 1 });
  const maker = createLessonMaker({ store, publication, workshop: join(folder, 'workshop'), now: () => Date.now() });
  const told: (string | null)[] = [];
  let isBack: Promise<void> | null = null;
  const order = { id, courseId: 'tea', title: 'Boiling', description: '', language: 'en', timelineId: `of-${files}`, source, captions: [] };
  await maker.make(order, {
    onWaiting: (what) => {
      told.push(what);
      isBack ??= postgres.start();
    },
  });
  await isBack;
  expect([told[0], told.at(-1)]).toEqual(['database', null]);
  const row = await store.selectFrom('lessons').select('manifest').where('id', '=', id).executeTakeFirstOrThrow();
  const { revision, renditions, sideFiles } = fromWire(manifestSchema, JSON.parse(row.manifest ?? ''));
  expect([revision, renditions.map((rendition) => rendition.id)]).toEqual([1, ['360p', 'audio', 'audio_saver']]);
  const published = [...renditions.flatMap(({ file, pieceTable }) => [file, pieceTable]), ...sideFiles.map(({ file }) => file)];
  expect(await names(place)).toEqual([...new Set(published.map(({ sha256 }) => sha256))].toSorted());
});
