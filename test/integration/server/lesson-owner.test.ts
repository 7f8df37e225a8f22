import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createPublication, type Publication } from '../../../src/server/services/publication.ts';
import { commandLine } from '../../../src/server/services/audit.ts';
import { createKeeping } from '../../../src/server/services/keeping.ts';
import { openSchoolKeys, type SchoolKeys } from '../../../src/server/services/school-keys.ts';
import { createFolderStorage } from '../../../src/server/storage/folder-storage.ts';
import type { MediaStorage } from '../../../src/server/storage/ports.ts';
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
let keys: SchoolKeys;

beforeAll(async () => {
  store = await openStore(join(folder, 'school.db'));
  for (const id of ['tea', 'letters']) await store.insertInto('courses').values({ id, position: 0, title: id, description: '', language: 'en', poster_sha256: null, poster_type: null }).execute();
  keys = await openSchoolKeys(store, join(folder, 'keys.json'));
  publication = createPublication({ store, media, keys, now: () => 1 });
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

it('a lesson that is removed while it is made does not come back', async () => {
  const source = join(folder, 'higher.mkv');
  await promisify(execFile)('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=s=640x480:r=10:d=1', '-c:v', 'libx264', '-preset', 'ultrafast', source]);
  const maker = createLessonMaker({ store, publication, workshop: join(folder, 'workshop'), now: () => 1 });
  const order = { id: 'unwanted', courseId: 'letters', title: 'Unwanted', description: '', language: 'en', timelineId: 'of-unwanted', source, captions: [] };
  const { courses } = createKeeping({ store, media, keys, now: () => 1 });
  let removing: Promise<void> | null = null;
  const onPublished = () => void (removing ??= courses.removeLesson(commandLine, 'unwanted'));
  const making = maker.make(order, { onPublished });
  await expect(making).rejects.toMatchObject({ code: 'conflict' });
  await removing;
  expect(await store.selectFrom('lessons').select('id').where('id', '=', 'unwanted').execute()).toEqual([]);
});

it('a lesson whose making is cancelled while its files are sent is not published', async () => {
  const stop = new AbortController();
  const slow: MediaStorage = {
    ...media,
    put: async (...given) => {
      stop.abort();
      return media.put(...given);
    },
  };
  const sent = createPublication({ store, media: slow, keys, now: () => 1 });
  const maker = createLessonMaker({ store, publication: sent, workshop: join(folder, 'workshop'), now: () => 1 });
  const order = { id: 'cancelled', courseId: 'letters', title: 'Cancelled', description: '', language: 'en', timelineId: 'of-cancelled', source: join(folder, 'film.mkv'), captions: [] };
  await expect(maker.make(order, { signal: stop.signal })).rejects.toThrow();
  expect(await store.selectFrom('lessons').select('id').where('id', '=', 'cancelled').execute()).toEqual([]);
});
