import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startServer, type RunningServer } from '../../../src/server/compose.ts';
import { openStore } from '../../../src/server/store/database.ts';
import { endpoints } from '../../../src/shared/api/endpoints.ts';
import { schoolClient, type SchoolClient } from '../../harness/school-client.ts';
import { lastingFolder } from '../../harness/temporary-folder.ts';
import { encodeTinySchool, people } from '../../harness/tiny-school.ts';

const { folder, remove } = lastingFolder();
const quota = 3 * 1024 * 1024;
const dayMs = 24 * 60 * 60 * 1000;
const [left, fresh] = [join(folder, 'media', 'incoming', randomUUID()), join(folder, 'media', 'incoming', randomUUID())];
let server: RunningServer;
let teacher: SchoolClient;

beforeAll(async () => {
  await mkdir(join(folder, 'media', 'incoming'), { recursive: true });
  for (const file of [left, fresh]) await writeFile(file, 'half of a lesson');
  await utimes(left, new Date(), new Date(Date.now() - dayMs - 1000));
  server = await startServer(
    { port: 0, data: folder, demoSchool: await encodeTinySchool(), logLevel: 'silent', uploadQuota: quota / 1024 ** 3 },
    { now: () => Date.now(), say: () => {}, version: '0.0.0-test' },
  );
  const store = await openStore(join(folder, 'school.db'));
  await store.updateTable('people').set({ role: 'teacher' }).where('id', '=', 'of-tea').execute().finally(() => store.destroy());
  const { access_token: token } = (await schoolClient(server.url).post('/api/auth/token', { ...people.tea, device_id: 'desk' })).json<{ access_token: string }>();
  teacher = schoolClient(server.url, token);
});
afterAll(async () => {
  await server?.close();
  remove();
});

const begin = async (bytes: number) => (await teacher.ask(endpoints.uploads(), { method: 'POST', headers: { 'tus-resumable': '1.0.0', 'upload-length': String(bytes) } })).status;

it('of uploads that begin at the same moment as many are let in as there is room for', async () => {
  const statuses = await Promise.all(Array.from({ length: 9 }, () => begin(quota / 3)));
  expect(statuses.toSorted()).toEqual([201, 201, 201, 413, 413, 413, 413, 413, 413]);
  expect((await readdir(join(folder, 'uploads'))).filter((name) => name.endsWith('.json')).length).toBe(3);
  // What is let in is counted once, by what lies there.
  expect(await begin(1)).toBe(413);
});

it('what a process that was killed had begun to put among the media goes at the next start, and what is on its way stays', async () => {
  await expect.poll(() => existsSync(left), { timeout: 15_000 }).toBe(false);
  expect(existsSync(fresh)).toBe(true);
});
