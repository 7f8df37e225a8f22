import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Upload } from 'tus-js-client';
import { linkLesson } from '../../../src/server/services/linked-lesson.ts';
import { createPublication } from '../../../src/server/services/publication.ts';
import { openSchoolKeys } from '../../../src/server/services/school-keys.ts';
import { createFolderStorage } from '../../../src/server/storage/folder-storage.ts';
import { openStore } from '../../../src/server/store/database.ts';
import { schoolClient, type SchoolClient } from '../../harness/school-client.ts';
import { startSchoolServer, type SchoolServer } from '../../harness/school-server.ts';
import { signInAs } from '../../harness/staff.ts';
import { temporaryFolder } from '../../harness/temporary-folder.ts';

let school: SchoolServer;
let teacher: SchoolClient;
beforeAll(async () => {
  school = await startSchoolServer();
  teacher = await signInAs(school, 'teacher', 'tea');
});
afterAll(() => school.close());

const stored = async () => (await readdir(join(school.folder, 'media'), { recursive: true })).map((name) => name.slice(-64));
const send = (method: string, path: string, body?: unknown) => teacher.ask(path, { method, ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }) });

/** As a course that is taken in brings it. */
async function published(film: Buffer): Promise<void> {
  const folder = temporaryFolder();
  const about = { id: 'late', courseId: 'tea', position: 9, title: 'Late', description: '', durationMs: 1000, timelineId: 'of-late', language: 'en' };
  await writeFile(join(folder, 'lesson.json'), JSON.stringify({ ...about, renditions: [], plainVideo: 'film.mp4', captions: [], poster: null, thumbnails: null, chapters: [] }));
  await writeFile(join(folder, 'film.mp4'), film);
  const store = await openStore(school.database);
  const keys = await openSchoolKeys(store, join(school.folder, 'keys.json'));
  await createPublication({ store, media: createFolderStorage(join(school.folder, 'media')), keys, now: () => 1 }).publish(folder).finally(() => store.destroy());
}

it('a film in clear goes with its lesson, and stays closed to who knew its name', async () => {
  const name = (await teacher.ask('/api/lessons/drinking-tea/video.mp4', { method: 'HEAD' })).headers.get('etag')?.replaceAll('"', '') ?? '';
  expect(await stored()).toContain(name);
  expect((await send('DELETE', '/api/school/lessons/drinking-tea')).status).toBe(204);
  expect(await stored()).not.toContain(name);
  const anyone = schoolClient(school.url);
  expect([(await anyone.ask(`/media/${name}`)).status, (await anyone.ask(`/media/${name}/leave`)).status]).toEqual([404, 403]);
});

it('a name that was asked for before its film came is of a film all the same', async () => {
  const film = Buffer.from('a film that comes later');
  const name = createHash('sha256').update(film).digest('hex');
  const anyone = schoolClient(school.url);
  expect((await anyone.ask(`/media/${name}`)).status).toBe(404);
  await published(film);
  expect((await teacher.bytes('/api/lessons/late/video.mp4')).body).toEqual(film);
  expect((await anyone.ask(`/media/${name}`)).status).toBe(404);
});

it('a film in clear that another one takes the place of goes', async () => {
  const name = createHash('sha256').update('a film that comes later').digest('hex');
  expect(await stored()).toContain(name);
  await published(Buffer.from('and a better one'));
  expect(await stored()).not.toContain(name);
  expect((await schoolClient(school.url).ask(`/media/${name}`)).status).toBe(404);
});

it('attachments go with their lesson', async () => {
  const token = (await school.signIn('tea')).tokens?.accessToken ?? '';
  const url = await new Promise<string>((resolve, reject) => {
    const upload: Upload = new Upload(Buffer.from('%PDF-1.7\nnot much of a handout\n%%EOF\n'), { endpoint: `${school.url}/api/uploads`, headers: { authorization: `Bearer ${token}` }, onSuccess: () => resolve(upload.url ?? ''), onError: reject });
    upload.start();
  });
  expect((await send('POST', '/api/school/lessons/making-tea/attachments', { upload_id: url.slice(url.lastIndexOf('/') + 1), name: 'Handout.pdf' })).status).toBe(204);
  const { payload } = (await teacher.ask('/api/lessons/making-tea/manifest')).json<{ payload: string }>();
  const sides = (JSON.parse(payload) as { side_files: { role: string; file: { sha256: string; key_id: string | null } }[] }).side_files;
  const own = sides.filter(({ file }) => file.key_id !== null).map(({ file }) => file.sha256);
  expect(await stored()).toEqual(expect.arrayContaining(own));
  expect((await send('DELETE', '/api/school/lessons/making-tea')).status).toBe(204);
  const left = await stored();
  expect(own.filter((name) => left.includes(name))).toEqual([]);
});

it('a film in clear whose lesson lies elsewhere now goes with the next sweep', async () => {
  const name = createHash('sha256').update('and a better one').digest('hex');
  expect(await stored()).toContain(name);
  const playlist = ['#EXTM3U', '#EXT-X-TARGETDURATION:2', '#EXTINF:2,', 'one.ts', '#EXT-X-ENDLIST', ''].join('\n');
  const elsewhere = createServer((_, response) => response.end(playlist)).listen(0, '127.0.0.1');
  await once(elsewhere, 'listening');
  const store = await openStore(school.database);
  const url = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/playlist.m3u8`;
  await linkLesson(store, { id: 'late', courseId: 'tea', title: 'Late', description: '', language: 'en', timelineId: 'of-late', url }, school.clock.now()).finally(() => store.destroy());
  elsewhere.close();
  await school.restart();
  await expect.poll(stored).not.toContain(name);
});
