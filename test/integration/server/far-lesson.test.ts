import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, onTestFinished } from 'vitest';
import { addLesson } from '../../../src/server/cli/add-lesson.ts';
import { startServer, type RunningServer } from '../../../src/server/compose.ts';
import { openStore, type Store } from '../../../src/server/store/database.ts';
import { isPostgresAddress } from '../../../src/server/store/postgres.ts';
import { freshDatabase } from '../../harness/postgres-of-run.ts';
import { lastingFolder } from '../../harness/temporary-folder.ts';
import { encodeTinySchool, people } from '../../harness/tiny-school.ts';

const run = promisify(execFile);
const program = join(import.meta.dirname, '../../../src/server/main.ts');
const { folder, remove } = lastingFolder();
const film = join(folder, 'film.mkv');
const hourMs = 60 * 60 * 1000;
const env = { TEACHIFY_PASSWORD: people.both.password, XDG_STATE_HOME: folder };
let address: string;
let store: Store;
let school: RunningServer;
let closed: Promise<void> | null = null;
const close = () => (closed ??= school.close());

beforeAll(async () => {
  address = await freshDatabase(folder);
  await run('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=s=320x180:r=10:d=1', '-c:v', 'libx264', '-preset', 'ultrafast', film]);
});
beforeEach(async () => {
  // Its lessons are left to a worker that never comes.
  const options = { port: 0, data: folder, databaseUrl: isPostgresAddress(address) ? address : undefined, demoSchool: await encodeTinySchool(), workers: 0, logLevel: 'silent' } as const;
  school = await startServer(options, { now: () => Date.now(), say: () => {}, version: '0.0.0-test' });
  closed = null;
  store = await openStore(address);
  await store.updateTable('people').set({ role: 'teacher', disabled_at: null }).where('id', '=', 'of-both').execute();
});
afterEach(async () => {
  await store.destroy();
  await close();
});
afterAll(remove);

const argv = () => [film, '--server', school.url, '--email', people.both.email, '--course', 'tea'];

/** The command as its own process; what happens once it follows the job. */
async function followed(then: () => Promise<unknown>): Promise<{ code: number | null; said: string[] }> {
  const child = spawn(process.execPath, [program, 'add-lesson', ...argv()], { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = once(child, 'close') as Promise<[number | null]>;
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stderr })) {
    said.push(line);
    if (line === 'Made: 0 %') await then();
  }
  return { code: (await ended)[0], said };
}

it('a job that the school does not know any more ends the command that follows it, which says what to do', async () => {
  const { code, said } = await followed(() => store.deleteFrom(isPostgresAddress(address) ? 'job_claims' : 'jobs').execute());
  expect([code, said.at(-1)]).toEqual([1, expect.stringMatching(/^The school does not know .* any more: .*send it again/)]);
});

it('a sign-in that was ended at the school is begun anew, and one that is not let in any more ends the command', async () => {
  const { code, said } = await followed(async () => {
    const families = await store.selectFrom('refresh_tokens').select('family').distinct().where('person_id', '=', 'of-both').execute();
    await store.insertInto('revoked_families').values(families.map(({ family }) => ({ family, revoked_at: Date.now() }))).onConflict((conflict) => conflict.doNothing()).execute();
    const counted = async () => (await store.selectFrom('refresh_tokens').select('hash').where('person_id', '=', 'of-both').execute()).length;
    const before = await counted();
    await expect.poll(counted).toBeGreaterThan(before);
    await store.updateTable('people').set({ disabled_at: Date.now() }).where('id', '=', 'of-both').execute();
  });
  expect([code, said.at(-1)]).toEqual([1, expect.stringMatching(/made there all the same/)]);
});

it('a school that is away is asked again, and given up after an hour, but not for the hours that this machine slept', async () => {
  const said: string[] = [];
  let ahead = 0;
  const say = (sentence: string) => {
    said.push(sentence);
    if (sentence === 'Made: 0 %') {
      void close();
      ahead = 2 * hourMs;
    }
    if (sentence.includes('does not answer')) ahead = 3 * hourMs;
  };
  await expect(addLesson(argv(), { env, now: () => Date.now() + ahead, print: () => {}, say })).rejects.toThrow(/for an hour.*made there all the same/);
  expect(said.filter((sentence) => sentence.includes('does not answer'))).toHaveLength(1);
});
