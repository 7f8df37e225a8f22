import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createBell } from '../../../../src/server/jobs/bell.ts';
import { createSqlJobs } from '../../../../src/server/jobs/sql-jobs.ts';
import { wait } from '../../../../src/server/jobs/wait.ts';
import { runWorker, type JobHandler } from '../../../../src/server/jobs/worker.ts';
import { openStore } from '../../../../src/server/store/database.ts';
import { TeachifyError } from '../../../../src/shared/errors.ts';
import { temporaryFolder } from '../../../harness/temporary-folder.ts';

const hourMs = 60 * 60 * 1000;
const never = new AbortController().signal;

/** Workers that look for work by themselves once an hour. */
async function workers(handler: JobHandler, count = 1) {
  const store = await openStore(join(temporaryFolder(), 'school.db'));
  const now = () => Date.now();
  const { jobs, rest } = createBell(createSqlJobs({ store, now, newId: randomUUID, wait }));
  const [stop, errors] = [new AbortController(), [] as unknown[]];
  const dependencies = { jobs, rest, wait, now, handlers: new Map([['bake', handler]]), onError: (error: unknown) => errors.push(error), leaseMs: 9000, idleMs: hourMs };
  const running = Promise.all(Array.from({ length: count }, () => runWorker(dependencies, stop.signal)));
  onTestFinished(async () => {
    stop.abort();
    await running;
    await store.destroy();
  });
  const ended = async (id: string) => {
    let last;
    for await (const job of jobs.watch(id, never)) last = job;
    return last;
  };
  return { jobs, errors, ended };
}

it('work that is ordered in this process begins at once, however rarely its workers look', async () => {
  const { jobs, ended } = await workers(async () => {}, 2);
  // At any moment: before they first look, while they work, while they rest.
  const first = await Promise.all([1, 2, 3].map((loaf) => jobs.enqueue('bake', { loaf })));
  for (const id of first) expect((await ended(id))?.state).toBe('done');
  for (let loaf = 4; loaf < 9; loaf += 1) expect((await ended(await jobs.enqueue('bake', { loaf })))?.state).toBe('done');
});

it('so does what is tried again', async () => {
  let isCold = true;
  const { jobs, ended } = await workers(async () => {
    if (isCold) throw new TeachifyError('bad_request', 'The oven is cold.');
  });
  const id = await jobs.enqueue('bake', {});
  expect(await ended(id)).toMatchObject({ state: 'failed', error: 'The oven is cold.' });
  isCold = false;
  expect(await jobs.retry(id)).toBe(true);
  expect((await ended(id))?.state).toBe('done');
});

it('what a job waits for is told, and taken back when it goes on; a bug is logged and not told', async () => {
  let go = () => {};
  const gone = new Promise<void>((resolve) => (go = resolve));
  const { jobs, ended, errors } = await workers(async (payload, { onProgress, onWaiting }) => {
    onProgress(0.5);
    onWaiting('storage');
    await gone;
    onWaiting(null);
    if (payload === 'bug') throw new TypeError('undefined is not a loaf');
  });
  const id = await jobs.enqueue('bake', 'bug');
  for await (const job of jobs.watch(id, never)) if (job.waitingFor === 'storage') break;
  expect(await jobs.find(id)).toMatchObject({ state: 'running', progress: 0.5, waitingFor: 'storage' });
  go();
  expect(await ended(id)).toMatchObject({ state: 'failed', waitingFor: null, error: 'Something went wrong here; the log of the server says more.' });
  expect(errors.map(String)).toEqual(['TypeError: undefined is not a loaf']);
});
