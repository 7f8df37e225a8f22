import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createPublication, type Publication } from '../../../src/server/services/publication.ts';
import { openSchoolKeys } from '../../../src/server/services/school-keys.ts';
import { createFolderStorage } from '../../../src/server/storage/folder-storage.ts';
import { openStore, type Store } from '../../../src/server/store/database.ts';
import { createLessonMaker } from '../../../src/server/transcoding/make-lesson.ts';
import { names } from '../../harness/storage/storage-contract.ts';
import { lastingFolder } from '../../harness/temporary-folder.ts';
import { encodeTinySchool } from '../../harness/tiny-school.ts';

const { folder, remove } = lastingFolder();
const media = createFolderStorage(join(folder, 'media'));
const encoded = join(folder, 'encoded');
let store: Store;
let publication: Publication;

beforeAll(async () => {
  store = await openStore(join(folder, 'school.db'));
  for (const id of ['tea', 'letters']) await store.insertInto('courses').values({ id, position: 0, title: id, description: '', language: 'en', poster_sha256: null, poster_type: null }).execute();
  publication = createPublication({ store, media, keys: await openSchoolKeys(store, join(folder, 'keys.json')), now: () => 1 });
  await cp(join(await encodeTinySchool(), 'lessons', 'making-tea'), encoded, { recursive: true });
  await publication.publish(encoded);
});
afterAll(async () => {
  await store?.destroy();
  remove();
});

const everything = async () => [await store.selectFrom('lessons').selectAll().execute(), await store.selectFrom('published_files').selectAll().execute(), await names(media)];

it('a lesson is never published over one of another course, whose key and attachments it would take along', async () => {
  const before = await everything();
  const other = join(folder, 'other');
  await cp(encoded, other, { recursive: true });
  const lesson = JSON.parse(await readFile(join(other, 'lesson.json'), 'utf8')) as object;
  await writeFile(join(other, 'lesson.json'), JSON.stringify({ ...lesson, courseId: 'letters', title: 'Taken' }));
  await expect(publication.publish(other)).rejects.toMatchObject({ code: 'conflict' });
  expect(await everything()).toEqual(before);
});

it('a lesson that was ordered when its id was free, and is tried again when another course has it, is refused', async () => {
  const before = await everything();
  const source = join(folder, 'film.mkv');
  await promisify(execFile)('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=s=320x240:r=10:d=1', '-c:v', 'libx264', '-preset', 'ultrafast', source]);
  const maker = createLessonMaker({ store, publication, workshop: join(folder, 'workshop'), now: () => 1 });
  const order = { id: 'making-tea', courseId: 'letters', title: 'Taken', description: '', language: 'en', timelineId: 'of-mine', source, captions: [] };
  await expect(maker.make(order)).rejects.toMatchObject({ code: 'conflict' });
  expect(await everything()).toEqual(before);
});
