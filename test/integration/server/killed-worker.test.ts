import { execFile, spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { fromWire } from '../../../src/shared/api/codec.ts';
import { manifestSchema } from '../../../src/shared/models/manifest.ts';
import { lessonJob } from '../../../src/server/jobs/lesson-worker.ts';
import { createSqlJobs } from '../../../src/server/jobs/sql-jobs.ts';
import { wait } from '../../../src/server/jobs/wait.ts';
import { createFolderStorage } from '../../../src/server/storage/folder-storage.ts';
import { readWhole } from '../../../src/server/storage/read-whole.ts';
import { openStore, type Store } from '../../../src/server/store/database.ts';
import type { LessonOrder } from '../../../src/server/transcoding/make-lesson.ts';
import { temporaryFolder } from '../../harness/temporary-folder.ts';

const run = promisify(execFile);
const program = join(import.meta.dirname, '../../fixtures/lesson-worker.ts');

async function startWorker(data: string) {
  const child = spawn(process.execPath, [program, data], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return {
    kill: async () => {
      child.kill('SIGKILL');
      await once(child, 'close');
    },
  };
}

async function school() {
  const data = temporaryFolder();
  const store = await openStore(join(data, 'school.db'));
  onTestFinished(() => store.destroy());
  await store.insertInto('courses').values({ id: 'tea', position: 0, title: 'Tea', description: '', language: 'en', poster_sha256: null, poster_type: null }).execute();
  const source = join(data, 'film.mkv');
  const inputs = ['-f', 'lavfi', '-i', 'testsrc2=s=1280x720:r=10:d=14', '-f', 'lavfi', '-i', 'sine=d=14'];
  await run('ffmpeg', ['-v', 'error', ...inputs, '-c:v', 'libx264', '-preset', 'ultrafast', source]);
  return { data, store, source, jobs: createSqlJobs({ store, now: () => Date.now(), newId: randomUUID, wait }) };
}

/** Until a file is on its way into the media, at most for a while: a second revision may be all that is left to publish. */
async function somethingIncoming(data: string): Promise<void> {
  const until = Date.now() + 20_000;
  while (Date.now() < until && (await readdir(join(data, 'media', 'incoming')).catch(() => [])).length === 0) await wait(1, new AbortController().signal);
}

/** The ffmpeg of a school's worker, by the folder it works in. */
async function encoderOf(data: string): Promise<number> {
  for (;;) {
    for (const id of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
      const [program, folder] = await Promise.all([readlink(`/proc/${id}/exe`), readlink(`/proc/${id}/cwd`)]).catch(() => ['', '']);
      if (program?.endsWith('/ffmpeg') && folder?.startsWith(join(data, 'workshop'))) return Number(id);
    }
    await wait(10, new AbortController().signal);
  }
}

/** Renditions that are published, each file of them found whole. */
async function published(store: Store, data: string): Promise<string[]> {
  const row = await store.selectFrom('lessons').select('manifest').where('id', '=', 'boiling').executeTakeFirst();
  if (!row?.manifest) return [];
  const { renditions, sideFiles } = fromWire(manifestSchema, JSON.parse(row.manifest));
  const media = createFolderStorage(join(data, 'media'));
  for (const { sha256, bytes } of [...renditions.flatMap(({ file, pieceTable }) => [file, pieceTable]), ...sideFiles.map(({ file }) => file)]) {
    const content = await readWhole(media, sha256);
    expect([content.length, createHash('sha256').update(content).digest('hex')]).toEqual([bytes, sha256]);
  }
  return renditions.map(({ id }) => id);
}

it('workers killed at any moment leave no job stuck and no lesson half there', async () => {
  const { data, store, source, jobs } = await school();
  const order: LessonOrder = { id: 'boiling', courseId: 'tea', title: 'Boiling', description: '', language: 'en', timelineId: 'of-film', source, captions: [] };
  const id = await jobs.enqueue(lessonJob, order);
  // Four of the five attempts a job has; wherever these moments fall on this machine.
  let most = 0;
  for (let kill = 0; kill < 4; kill += 1) {
    const worker = await startWorker(data);
    // Twice at any moment, twice while files are being published.
    if (kill % 2 === 0) await wait(200 + Math.random() * 2500, new AbortController().signal);
    else await somethingIncoming(data);
    await wait(Math.random() * 40, new AbortController().signal);
    await worker.kill();
    const there = (await published(store, data)).length;
    expect(there).toBeGreaterThanOrEqual(most);
    expect([0, 3, 5]).toContain(there);
    most = there;
  }
  await startWorker(data);
  for await (const job of jobs.watch(id, new AbortController().signal)) if (job.state !== 'running' && job.state !== 'queued') expect(job).toMatchObject({ state: 'done', progress: 1, error: null });
  expect(await published(store, data)).toEqual(['720p', '480p', '360p', 'audio', 'audio_saver']);
  expect(await readdir(join(data, 'workshop'))).toEqual([]);
}, 240_000);

it('cancelled in the middle, the worker drops it and does the next', async () => {
  const { data, store, source, jobs } = await school();
  const order: LessonOrder = { id: 'boiling', courseId: 'tea', title: 'Boiling', description: '', language: 'en', timelineId: 'of-film', source, captions: [] };
  const id = await jobs.enqueue(lessonJob, order);
  await startWorker(data);
  for await (const job of jobs.watch(id, new AbortController().signal)) if (job.state === 'running') await jobs.cancel(id);
  const nonsense = await jobs.enqueue(lessonJob, { ...order, id: 'nonsense', source: program });
  for await (const job of jobs.watch(nonsense, new AbortController().signal)) if (job.state === 'failed') expect(job.error).toContain('cannot become a lesson');
  expect((await jobs.find(nonsense))?.state).toBe('failed');
  expect((await jobs.find(id))?.state).toBe('cancelled');
  expect(await published(store, data)).not.toContain('720p');

  // An ffmpeg that the system kills is no fault of the file's: it is said, and may be tried again.
  await jobs.retry(id);
  process.kill(await encoderOf(data), 'SIGKILL');
  for await (const job of jobs.watch(id, new AbortController().signal)) if (job.state === 'failed') expect(job.error).toContain('ended from outside');
  expect((await jobs.find(id))?.state).toBe('failed');
});
