import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addLesson } from '../../../src/server/cli/add-lesson.ts';
import { openStore } from '../../../src/server/store/database.ts';
import { fromWire } from '../../../src/shared/api/codec.ts';
import { endpoints } from '../../../src/shared/api/endpoints.ts';
import { jobSchema, type Job } from '../../../src/shared/api/jobs.ts';
import { refusalOf, startSchoolServer, type SchoolServer, type Visitor } from '../../harness/school-server.ts';
import { temporaryFolder } from '../../harness/temporary-folder.ts';

const run = promisify(execFile);

let server: SchoolServer;
let student: Visitor;
let teacher: Visitor;
beforeAll(async () => {
  server = await startSchoolServer();
  student = await server.signIn('tea');
  teacher = await server.signIn('both');
  const store = await openStore(join(server.folder, 'school.db'));
  await store.updateTable('people').set({ role: 'teacher' }).where('id', '=', 'of-both').execute();
  await store.destroy();
});
afterAll(() => server.close());

async function order(file: string, id: string): Promise<string> {
  const printed: string[] = [];
  const { course_id: course } = (await (await student.get(endpoints.lesson('making-tea'))).json()) as { course_id: string };
  const surroundings = { env: {}, now: () => server.clock.now(), print: (line: string) => printed.push(line), say: () => {} };
  await addLesson([file, '--data', server.folder, '--course', course, '--id', id, '--later'], surroundings);
  return printed[0] ?? '';
}

/** All events until the stream ends, each given to `seen` as it comes. */
async function follow(id: string, seen: (job: Job) => unknown = () => {}): Promise<Job[]> {
  const answer = await teacher.get(`${endpoints.job(id)}/events`);
  expect(answer.headers.get('content-type')).toContain('text/event-stream');
  const jobs: Job[] = [];
  let text = '';
  for await (const chunk of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const events = (text + chunk).split('\n\n');
    text = events.pop() ?? '';
    for (const event of events) {
      const job = fromWire(jobSchema, JSON.parse(event.replace(/^data: /, '')));
      jobs.push(job);
      await seen(job);
    }
  }
  return jobs;
}

it('a teacher follows a lesson that is made, to its end, and students have it', async () => {
  const file = join(temporaryFolder(), 'film.mkv');
  await run('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=s=640x360:r=10:d=3', '-c:v', 'libx264', '-preset', 'ultrafast', file]);
  const id = await order(file, 'followed');
  expect((await follow(id)).at(-1)).toMatchObject({ id, state: 'done', progress: 1 });
  expect((await student.get(endpoints.manifest('followed'))).status).toBe(200);
});

it('a teacher cancels a lesson in the making, and has it made after all', async () => {
  const file = join(temporaryFolder(), 'long.mkv');
  await run('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=s=1280x720:r=10:d=20', '-c:v', 'libx264', '-preset', 'ultrafast', file]);
  const id = await order(file, 'cancelled');
  const path = endpoints.job(id);
  const seen = await follow(id, async ({ state }) => void (state === 'running' && (await teacher.post(`${path}/cancel`, {}))));
  expect(seen.at(-1)?.state).toBe('cancelled');
  expect(await refusalOf(await teacher.post(`${path}/cancel`, {}))).toMatchObject({ status: 409, code: 'conflict' });
  expect((await teacher.post(`${path}/retry`, {})).status).toBe(200);
  expect((await follow(id)).at(-1)?.state).toBe('done');
});

it('a lesson whose file went, or is not seen where it is made, says that and not that the file is damaged', async () => {
  const id = await order(join(temporaryFolder(), 'film.mkv'), 'gone');
  expect((await follow(id)).at(-1)).toMatchObject({ state: 'failed', error: expect.stringMatching(/^film\.mkv is not there, .*Send it again/) as string });
});

it('what cannot be made says why', async () => {
  const id = await order(import.meta.filename, 'nonsense');
  expect((await follow(id)).at(-1)).toMatchObject({ state: 'failed', error: expect.stringContaining('cannot become a lesson') as string });
});

it('a lesson in the making is the business of those who teach its course, and of admins', async () => {
  const id = await order(import.meta.filename, 'not-yours');
  await follow(id);
  const path = endpoints.job(id);
  const store = await openStore(join(server.folder, 'school.db'));
  const as = async (role: 'teacher' | 'admin') => void (await store.updateTable('people').set({ role }).where('id', '=', 'of-letters').execute());
  const stranger = await server.signIn('letters');
  await as('teacher');
  for (const ask of [() => stranger.get(path), () => stranger.get(`${path}/events`), () => stranger.post(`${path}/cancel`, {}), () => stranger.post(`${path}/retry`, {})]) {
    expect(await refusalOf(await ask())).toMatchObject({ status: 404, code: 'not_found' });
  }
  expect((await follow(id)).at(-1)?.state).toBe('failed');
  await as('admin');
  expect((await stranger.get(path)).status).toBe(200);
  await store.destroy();
});

it('students and strangers are told apart, and neither learns or changes anything', async () => {
  const path = endpoints.job('any');
  for (const ask of [() => student.get(path), () => student.get(`${path}/events`), () => student.post(`${path}/cancel`, {}), () => student.post(`${path}/retry`, {})]) {
    expect(await refusalOf(await ask())).toMatchObject({ status: 403, code: 'forbidden' });
  }
  expect((await server.anyone.get(path)).status).toBe(401);
  expect(await refusalOf(await teacher.get(path))).toMatchObject({ status: 404, code: 'not_found' });
});
