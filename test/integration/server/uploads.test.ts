import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Upload } from 'tus-js-client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addLesson } from '../../../src/server/cli/add-lesson.ts';
import { openStore } from '../../../src/server/store/database.ts';
import type { Store } from '../../../src/server/store/schema.ts';
import { endpoints } from '../../../src/shared/api/endpoints.ts';
import { people } from '../../harness/tiny-school.ts';
import { refusalOf, startSchoolServer, type SchoolServer, type Visitor } from '../../harness/school-server.ts';
import { temporaryFolder } from '../../harness/temporary-folder.ts';

const run = promisify(execFile);

let server: SchoolServer;
let student: Visitor;
let teacher: Visitor;
let admin: Visitor;
let course: string;
let film: Buffer;
beforeAll(async () => {
  server = await startSchoolServer();
  student = await server.signIn('tea');
  teacher = await server.signIn('both');
  admin = await server.signIn('letters');
  const store = await openStore(join(server.folder, 'school.db'));
  await store.updateTable('people').set({ role: 'teacher' }).where('id', '=', 'of-both').execute();
  await store.updateTable('people').set({ role: 'admin' }).where('id', '=', 'of-letters').execute();
  await store.destroy();
  course = ((await (await student.get(endpoints.lesson('making-tea'))).json()) as { course_id: string }).course_id;
  const file = join(server.folder, 'film.mkv');
  await run('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=s=640x360:r=10:d=3', '-f', 'lavfi', '-i', 'sine=d=3', '-c:v', 'libx264', '-preset', 'ultrafast', file]);
  film = await readFile(file);
});
afterAll(() => server.close());

function bearer({ tokens }: Visitor): Record<string, string> {
  return { authorization: `Bearer ${tokens?.accessToken}` };
}
const tus = { 'tus-resumable': '1.0.0' };
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const metadata = (entries: Record<string, string>) => Object.entries(entries).map(([name, value]) => `${name} ${Buffer.from(value).toString('base64')}`).join(',');

/** By the client of the protocol's own makers. */
async function send(bytes: Buffer, about: Record<string, string> = {}): Promise<string> {
  const url = await new Promise<string>((resolve, reject) => {
    const upload: Upload = new Upload(bytes, {
      endpoint: `${server.url}${endpoints.uploads()}`,
      headers: bearer(teacher),
      metadata: about,
      chunkSize: Math.ceil(bytes.length / 3),
      onSuccess: () => resolve(upload.url ?? ''),
      onError: reject,
    });
    upload.start();
  });
  return url.split('/').at(-1) ?? '';
}
async function begin(visitor: Visitor, headers: Record<string, string>): Promise<Response> {
  return fetch(`${server.url}${endpoints.uploads()}`, { method: 'POST', headers: { ...bearer(visitor), ...tus, ...headers } });
}
async function inStore(work: (store: Store) => Promise<unknown>): Promise<void> {
  const store = await openStore(join(server.folder, 'school.db'));
  await work(store).finally(() => store.destroy());
}
async function finished(job: string): Promise<{ state: string; error: string | null }> {
  for (;;) {
    const now = (await (await teacher.get(endpoints.job(job))).json()) as { state: string; error: string | null };
    if (!['queued', 'running'].includes(now.state)) return now;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

it('a film sent in parts becomes a lesson that students have, and leaves nothing lying about', async () => {
  const video = await send(film, { filename: 'film.mkv', sha256: sha256(film) });
  const words = await send(Buffer.from('1\n00:00:01,000 --> 00:00:02,000\nWater boils.\n'));
  const answer = await teacher.post(`/api/uploads/${video}/lesson`, {
    ...{ id: 'sent', course_id: course, title: 'Sent', language: 'en' },
    captions: [{ language: 'en', upload_id: words }],
  });
  expect(answer.status).toBe(202);
  const { id } = (await answer.json()) as { id: string };
  expect(await finished(id)).toMatchObject({ state: 'done', error: null });
  const signed = (await (await student.get(endpoints.manifest('sent'))).json()) as { payload: string };
  expect(signed.payload).toContain('captions-1.vtt');
  expect(await readdir(join(server.folder, 'uploads'))).toEqual([]);
  expect(await readdir(join(server.folder, 'sources'))).toEqual([]);
  const { entries } = (await (await admin.get('/api/school/audit')).json()) as { entries: { actor: string; action: string; target: string }[] };
  expect(entries).toContainEqual(expect.objectContaining({ actor: 'of-both', action: 'lesson.make', target: 'sent' }));
});

it('a teacher far away sends a lesson by one command, which goes on where it was broken off', async () => {
  const state = temporaryFolder();
  const video = join(state, 'far.mkv');
  const words = join(state, 'far.srt');
  await writeFile(video, film);
  await writeFile(words, '1\n00:00:01,000 --> 00:00:02,000\nFar away.\n');
  // What an earlier command left: an upload half there, and its address.
  const begun = await begin(teacher, { 'upload-length': String(film.length), 'upload-metadata': metadata({ sha256: sha256(film) }) });
  const url = new URL(begun.headers.get('location') ?? '', server.url).href;
  const half = Math.floor(film.length / 2);
  const headers = { ...bearer(teacher), ...tus, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' };
  await fetch(url, { method: 'PATCH', headers, body: new Uint8Array(film.subarray(0, half)) });
  await mkdir(join(state, 'teachify-server'));
  await writeFile(join(state, 'teachify-server', 'uploads.json'), JSON.stringify({ [`${server.url} ${sha256(film)}`]: url }));

  const said: string[] = [];
  const printed: string[] = [];
  const argv = [video, '--server', server.url, '--email', people.both.email, '--course', course, '--id', 'far', '--captions', `en=${words}`];
  const surroundings = { now: () => server.clock.now(), print: (line: string) => printed.push(line), say: (sentence: string) => said.push(sentence) };
  await expect(addLesson(argv, { ...surroundings, env: { TEACHIFY_PASSWORD: 'a guess' } })).rejects.toThrow();
  await addLesson(argv, { ...surroundings, env: { TEACHIFY_PASSWORD: people.both.password, XDG_STATE_HOME: state } });
  expect(printed).toEqual(['far']);
  expect(Number(/^Sent: (\d+) %/.exec(said[0] ?? '')?.[1])).toBeGreaterThanOrEqual(49);
  expect(said.at(-1)).toBe('Made: 100 %');
  expect(((await (await student.get(endpoints.manifest('far'))).json()) as { payload: string }).payload).toContain('captions-1.vtt');
  expect(await readFile(join(state, 'teachify-server', 'uploads.json'), 'utf8')).toBe('{}');
});

it('a line that breaks in the middle costs nothing: the rest is sent from where it stopped', async () => {
  const begun = await begin(teacher, { 'upload-length': String(film.length), 'upload-metadata': metadata({ sha256: sha256(film) }) });
  const where = begun.headers.get('location') ?? '';
  const path = new URL(where, server.url).pathname;
  const half = Math.floor(film.length / 2);
  await new Promise<void>((resolve) => {
    const headers = { ...bearer(teacher), ...tus, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream', 'content-length': String(film.length) };
    const broken = request(`${server.url}${path}`, { method: 'PATCH', headers });
    broken.on('error', () => resolve());
    broken.write(film.subarray(0, half), () => broken.destroy());
  });
  const offset = async () => Number((await teacher.head(path, tus)).headers.get('upload-offset'));
  await expect.poll(offset).toBeGreaterThan(0);
  const goOn = async () => {
    const from = await offset();
    const headers = { ...bearer(teacher), ...tus, 'upload-offset': String(from), 'content-type': 'application/offset+octet-stream' };
    const { status, headers: told } = await fetch(`${server.url}${path}`, { method: 'PATCH', headers, body: new Uint8Array(film.subarray(from)) });
    return { from, status, to: told.get('upload-offset') };
  };
  // What had come of the broken one may still be written down: then it is further by now, and asked where.
  let rest = await goOn();
  while (rest.status === 409) rest = await goOn();
  expect(rest).toMatchObject({ status: 204, to: String(film.length) });
  expect(rest.from).toBeGreaterThan(0);
  expect((await teacher.post(`${path}/lesson`, { course_id: course, title: 'Broken line', language: 'en' })).status).toBe(202);
});

it('bytes that are not the ones announced are refused whole', async () => {
  const begun = await begin(teacher, { 'upload-length': '5', 'upload-metadata': metadata({ sha256: sha256(film) }) });
  const path = new URL(begun.headers.get('location') ?? '', server.url).pathname;
  const headers = { ...bearer(teacher), ...tus, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' };
  const answer = await fetch(`${server.url}${path}`, { method: 'PATCH', headers, body: 'wrong' });
  expect(await refusalOf(answer)).toMatchObject({ status: 460, error: expect.stringContaining('send the file again') as string });
  expect((await teacher.head(path, tus)).status).toBe(404);
});

it('what cannot become a lesson is refused at once and kept, whatever its name says', async () => {
  const video = await send(Buffer.from('not a film at all'), { filename: 'film.mp4' });
  const order = { course_id: course, title: 'No film', language: 'en' };
  expect(await refusalOf(await teacher.post(`/api/uploads/${video}/lesson`, order))).toMatchObject({ status: 400, error: expect.stringContaining('cannot become a lesson') as string });
  expect(await refusalOf(await teacher.post(`/api/uploads/${video}/lesson`, { ...order, course_id: 'nowhere' }))).toMatchObject({ status: 403, code: 'not_enrolled' });
  expect((await teacher.head(`/api/uploads/${video}`, tus)).status).toBe(200);
});

it('more than a teacher may have waiting is refused before a byte is sent', async () => {
  const answer = await begin(teacher, { 'upload-length': String(21 * 1024 ** 3) });
  expect(await refusalOf(answer)).toMatchObject({ status: 413, code: 'payload_too_large' });
  expect((await begin(teacher, { 'upload-defer-length': '1' })).status).toBe(400);
});

it('an upload is its owner\'s alone, and students and strangers send nothing', async () => {
  const upload = await send(Buffer.from('mine'));
  const path = `/api/uploads/${upload}`;
  expect((await admin.head(path, tus)).status).toBe(404);
  expect((await fetch(`${server.url}${path}`, { method: 'DELETE', headers: { ...bearer(admin), ...tus } })).status).toBe(404);
  expect(await refusalOf(await begin(student, { 'upload-length': '4' }))).toMatchObject({ status: 403, code: 'forbidden' });
  expect(await refusalOf(await begin(server.anyone, { 'upload-length': '4' }))).toMatchObject({ status: 401 });
  expect((await teacher.head('/api/uploads/..%2Fschool.db', tus)).status).toBe(404);
  expect((await fetch(`${server.url}${path}`, { method: 'DELETE', headers: { ...bearer(teacher), ...tus } })).status).toBe(204);
});

it('no address leads to another one\'s upload, whatever stands behind its question mark', async () => {
  const upload = await send(Buffer.from('mine, and nobody else\'s'));
  for (const path of [endpoints.uploads(), `${endpoints.uploads()}/${randomUUID()}`]) {
    const led = `${path}?x=/${upload}`;
    expect([path, (await admin.head(led, tus)).status]).toEqual([path, 404]);
    const headers = { ...bearer(admin), ...tus };
    expect([path, (await fetch(`${server.url}${led}`, { method: 'DELETE', headers })).status]).toEqual([path, 404]);
  }
  expect((await teacher.head(`/api/uploads/${upload}`, tus)).status).toBe(200);
});

it('a teacher makes and replaces lessons in courses that are theirs, and in no others', async () => {
  const upload = await send(film);
  await admin.post('/api/school/courses', { id: 'admins-own', title: 'Not theirs' });
  const before = await (await student.get(endpoints.lesson('making-tea'))).text();
  await inStore((store) => store.updateTable('enrolments').set({ until: 0 }).where('person_id', '=', 'of-both').where('course_id', '=', course).execute());
  const orders = [
    { course_id: 'admins-own', title: 'Into a stranger\'s course', language: 'en' },
    { course_id: course, id: 'making-tea', title: 'Over a stranger\'s lesson', language: 'en' },
    { course_id: 'nowhere', title: 'Into no course', language: 'en' },
  ];
  for (const order of orders) expect(await refusalOf(await teacher.post(`/api/uploads/${upload}/lesson`, order))).toMatchObject({ status: 403, code: 'not_enrolled' });
  await inStore((store) => store.updateTable('enrolments').set({ until: null }).where('person_id', '=', 'of-both').where('course_id', '=', course).execute());
  expect(await (await student.get(endpoints.lesson('making-tea'))).text()).toBe(before);
  expect((await teacher.head(`/api/uploads/${upload}`, tus)).status).toBe(200);
});

it('what a server that was killed had not verified yet becomes no lesson when it is not what was announced', async () => {
  const announced = Buffer.from(film).fill(0, 0, 1000);
  const begun = await begin(teacher, { 'upload-length': String(film.length), 'upload-metadata': metadata({ sha256: sha256(announced), verified: 'yes' }) });
  const path = new URL(begun.headers.get('location') ?? '', server.url).pathname;
  // All bytes are there, and nobody looked at them: so a kill -9 leaves it.
  await writeFile(join(server.folder, 'uploads', path.split('/').at(-1) ?? ''), film);
  expect((await teacher.head(path, tus)).headers.get('upload-offset')).toBe(String(film.length));
  const answer = await teacher.post(`${path}/lesson`, { course_id: course, title: 'Other bytes', language: 'en' });
  expect(await refusalOf(answer)).toMatchObject({ status: 400, error: expect.stringContaining('send the file again') as string });
  expect((await teacher.head(path, tus)).status).toBe(404);
});

it('captions that cannot stand side by side are refused, and the upload stays', async () => {
  const video = await send(film);
  const words = await send(Buffer.from('1\n00:00:01,000 --> 00:00:02,000\nWater boils.\n'));
  const more = await send(Buffer.from('1\n00:00:01,000 --> 00:00:02,000\nWasser kocht.\n'));
  const order = { course_id: course, title: 'Captions', language: 'en' };
  for (const captions of [
    [{ language: 'en', upload_id: words }, { language: 'en', upload_id: more }],
    [{ language: 'en', upload_id: words }, { language: 'de', upload_id: words }],
    [{ language: 'en"/../x', upload_id: words }],
    [{ language: 'e n', upload_id: words }],
  ]) {
    expect([captions, (await refusalOf(await teacher.post(`/api/uploads/${video}/lesson`, { ...order, captions }))).status]).toEqual([captions, 400]);
  }
  for (const upload of [video, words, more]) expect((await teacher.head(`/api/uploads/${upload}`, tus)).status).toBe(200);
});

it('what the protocol itself refuses is told as every refusal is', async () => {
  const upload = await send(Buffer.from('whole'));
  const url = `${server.url}/api/uploads/${upload}`;
  const patch = { ...bearer(teacher), ...tus, 'content-type': 'application/offset+octet-stream' };
  const refusals = [
    await fetch(`${server.url}${endpoints.uploads()}`, { method: 'POST', headers: { ...bearer(teacher), 'upload-length': '4' } }),
    await begin(teacher, { 'upload-length': 'four' }),
    await begin(teacher, { 'upload-length': '-4' }),
    await begin(teacher, {}),
    await begin(teacher, { 'upload-length': '4', 'upload-metadata': 'filename !!!not base64' }),
    await begin(teacher, { 'upload-length': '4', 'upload-metadata': 'sha256' }),
    await fetch(url, { method: 'PATCH', headers: { ...patch, 'upload-offset': '2' }, body: 'x' }),
    await fetch(url, { method: 'PATCH', headers: { ...patch, 'upload-offset': '5' }, body: 'more than was announced' }),
    await fetch(url, { method: 'PATCH', headers: patch, body: 'x' }),
  ];
  for (const answer of refusals) {
    const text = await answer.text();
    expect([answer.status, text, answer.headers.get('content-type')]).toEqual([answer.status, expect.stringMatching(/^\{"error":".+","code":"[a-z_]+"\}$/), 'application/json; charset=utf-8']);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
  }
});
