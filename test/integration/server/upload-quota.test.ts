import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStore, type Store } from '../../../src/server/store/database.ts';
import { isPostgresAddress } from '../../../src/server/store/postgres.ts';
import { endpoints } from '../../../src/shared/api/endpoints.ts';
import { startInstance, type Instance } from '../../harness/instance.ts';
import { freshDatabase } from '../../harness/postgres-of-run.ts';
import { schoolClient, type SchoolClient } from '../../harness/school-client.ts';
import { lastingFolder } from '../../harness/temporary-folder.ts';
import { encodeTinySchool, people } from '../../harness/tiny-school.ts';

const { folder, remove } = lastingFolder();
const quota = 3 * 1024 * 1024;
const dayMs = 24 * 60 * 60 * 1000;
const [left, fresh] = [join(folder, 'media', 'incoming', randomUUID()), join(folder, 'media', 'incoming', randomUUID())];
/** Two processes of one school: on PostgreSQL with a folder each, on SQLite in the one there is. */
const servers: Instance[] = [];
const folders: string[] = [];
let store: Store;
let address: string;

async function start(data: string): Promise<Instance> {
  const env: Record<string, string> = { TEACHIFY_DEMO_SCHOOL: await encodeTinySchool(), ...(isPostgresAddress(address) ? { DATABASE_URL: address } : {}) };
  return startInstance(['--data', data, '--port', '0', '--workers', '0', '--log-level', 'silent', '--upload-quota', String(quota / 1024 ** 3)], env);
}

beforeAll(async () => {
  await mkdir(join(folder, 'media', 'incoming'), { recursive: true });
  for (const file of [left, fresh]) await writeFile(file, 'half of a lesson');
  await utimes(left, new Date(), new Date(Date.now() - dayMs - 1000));
  address = await freshDatabase(folder);
  folders.push(folder, isPostgresAddress(address) ? join(folder, 'other') : folder);
  for (const data of folders) servers.push(await start(data));
  store = await openStore(address);
  await store.updateTable('people').set({ role: 'teacher' }).where('id', '=', 'of-tea').execute();
  await store.updateTable('people').set({ role: 'teacher' }).where('id', '=', 'of-letters').execute();
});
afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  await store?.destroy();
  remove();
});

/** One teacher at each of the servers. */
async function teacherAtEach(who: keyof typeof people): Promise<SchoolClient[]> {
  const [first] = servers;
  const { access_token: token } = (await schoolClient(first?.url ?? '').post('/api/auth/token', { ...people[who], device_id: 'desk' })).json<{ access_token: string }>();
  return servers.map(({ url }) => schoolClient(url, token));
}

const begin = async (teacher: SchoolClient | undefined, bytes: number) => {
  const answer = await teacher?.ask(endpoints.uploads(), { method: 'POST', headers: { 'tus-resumable': '1.0.0', 'upload-length': String(bytes) } });
  return { status: answer?.status ?? 0, path: new URL(answer?.headers.get('location') ?? '/', 'http://school').pathname };
};

it('of uploads that begin at the same moment at two servers as many are let in as there is room for', async () => {
  const teachers = await teacherAtEach('tea');
  const begun = await Promise.all(Array.from({ length: 10 }, (_, index) => begin(teachers[index % 2], quota / 3)));
  expect(begun.map(({ status }) => status).toSorted()).toEqual([201, 201, 201, ...Array.from({ length: 7 }, () => 413)]);
  const records = await Promise.all([...new Set(folders)].map(async (data) => (await readdir(join(data, 'uploads'))).filter((name) => name.endsWith('.json'))));
  expect(records.flat().length).toBe(3);
  for (const teacher of teachers) expect((await begin(teacher, 1)).status).toBe(413);

  // What is removed at one makes room at the other, for this teacher alone.
  const [one] = begun.flatMap(({ status, path }, index) => (status === 201 ? [{ path, at: index % 2 }] : []));
  expect((await teachers[one?.at ?? 0]?.ask(one?.path ?? '', { method: 'DELETE', headers: { 'tus-resumable': '1.0.0' } }))?.status).toBe(204);
  const other = teachers[1 - (one?.at ?? 0)];
  expect([(await begin(other, quota / 3)).status, (await begin(other, 1)).status]).toEqual([201, 413]);
});

it('what lies in a server\'s folder counts, also when no database knows of it yet', async () => {
  await store.deleteFrom('upload_reservations').execute();
  const [last] = servers.splice(-1);
  await last?.stop();
  servers.push(await start(folders[1] ?? ''));
  const here = (await readdir(join(folders[1] ?? '', 'uploads'))).filter((name) => name.endsWith('.json'));
  const rows = await store.selectFrom('upload_reservations').selectAll().execute();
  expect(rows.map(({ id, owner, bytes }) => [`${id}.json`, owner, Number(bytes)]).toSorted()).toEqual(here.map((name) => [name, 'of-tea', quota / 3]).toSorted());
});

it('a place that was kept for an upload that never began is free again soon', async () => {
  const [teacher] = await teacherAtEach('letters');
  const taken = { owner: 'of-letters', bytes: quota };
  await store.insertInto('upload_reservations').values({ ...taken, id: randomUUID(), until: Date.now() + dayMs }).execute();
  expect((await begin(teacher, 1)).status).toBe(413);
  await store.updateTable('upload_reservations').set({ until: Date.now() - 1 }).where('owner', '=', 'of-letters').execute();
  expect((await begin(teacher, quota)).status).toBe(201);
});

it('an upload that could not be written down keeps no place', async () => {
  const [teacher] = await teacherAtEach('letters');
  await store.deleteFrom('upload_reservations').where('owner', '=', 'of-letters').execute();
  const uploads = join(folder, 'uploads');
  await rm(uploads, { recursive: true });
  await writeFile(uploads, 'no folder');
  expect((await begin(teacher, quota)).status).toBeGreaterThanOrEqual(500);
  await rm(uploads);
  await mkdir(uploads);
  expect((await begin(teacher, quota)).status).toBe(201);
});

it('what a process that was killed had begun to put among the media goes at the next start, and what is on its way stays', async () => {
  await expect.poll(() => existsSync(left)).toBe(false);
  expect(existsSync(fresh)).toBe(true);
});
