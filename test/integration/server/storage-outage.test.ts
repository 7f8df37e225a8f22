import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startServer, type RunningServer } from '../../../src/server/compose.ts';
import { lessonJob } from '../../../src/server/jobs/lesson-worker.ts';
import { createSqlJobs } from '../../../src/server/jobs/sql-jobs.ts';
import { wait } from '../../../src/server/jobs/wait.ts';
import { openStorage } from '../../../src/server/storage/open-storage.ts';
import type { MediaStorage } from '../../../src/server/storage/ports.ts';
import { readWhole } from '../../../src/server/storage/read-whole.ts';
import { openStore, type Store } from '../../../src/server/store/database.ts';
import type { LessonOrder } from '../../../src/server/transcoding/make-lesson.ts';
import { fromWire } from '../../../src/shared/api/codec.ts';
import type { Job } from '../../../src/shared/api/jobs.ts';
import { manifestSchema } from '../../../src/shared/models/manifest.ts';
import { names } from '../../harness/storage/storage-contract.ts';
import { startS3Server, type S3Server } from '../../harness/storage/s3-server.ts';
import { lastingFolder } from '../../harness/temporary-folder.ts';

const run = promisify(execFile);
const { folder, remove } = lastingFolder();
const source = join(folder, 'film.mkv');
let s3: S3Server;
let server: RunningServer;
let store: Store;
let media: MediaStorage;
let jobs: ReturnType<typeof createSqlJobs>;

beforeAll(async () => {
  s3 = await startS3Server();
  Object.assign(process.env, s3.env);
  await run('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=s=640x480:r=10:d=7', '-f', 'lavfi', '-i', 'sine=d=7', '-c:v', 'libx264', '-preset', 'ultrafast', source]);
  const places = { s3Bucket: s3.bucket, s3Endpoint: s3.endpoint, s3Region: 'us-east-1', s3Prefix: 'media/' };
  server = await startServer({ port: 0, data: folder, storage: 's3', logLevel: 'silent', ...places }, { now: () => Date.now(), say: () => {}, version: '0.0.0-test' });
  store = await openStore(join(folder, 'school.db'));
  await store.insertInto('courses').values({ id: 'tea', position: 0, title: 'Tea', description: '', language: 'en', poster_sha256: null, poster_type: null }).execute();
  media = await openStorage('s3', { data: join(folder, 'beside'), ...places });
  jobs = createSqlJobs({ store, now: () => Date.now(), newId: randomUUID, wait });
});
afterAll(async () => {
  await server?.close();
  await store?.destroy();
  await s3?.close();
  remove();
});

const order = (id: string) => jobs.enqueue(lessonJob, { id, courseId: 'tea', title: 'Boiling', description: '', language: 'en', timelineId: `of-${id}`, source, captions: [] } satisfies LessonOrder);
const manifestOf = async (id: string) => {
  const row = await store.selectFrom('lessons').select('manifest').where('id', '=', id).executeTakeFirst();
  return row?.manifest ? fromWire(manifestSchema, JSON.parse(row.manifest)) : null;
};

/** Follows a job to its end, or to the first look that `isIt`. */
async function until(id: string, isIt: (job: Job) => boolean = () => false): Promise<Job | undefined> {
  let last: Job | undefined;
  for await (const job of jobs.watch(id, new AbortController().signal)) {
    last = job;
    if (isIt(job)) break;
  }
  return last;
}

it('a storage that goes away while a lesson is published is waited for; then all of it is there, once', async () => {
  // In the middle of the first revision, when some of its files are there already.
  const stopped = s3.stop(3);
  const id = await order('waited');
  await stopped;
  expect(await until(id, ({ waitingFor }) => waitingFor === 'storage')).toMatchObject({ state: 'running', waitingFor: 'storage', error: null });
  expect(await manifestOf('waited')).toBeNull();
  await s3.start();
  expect(await until(id)).toMatchObject({ state: 'done', progress: 1, waitingFor: null, error: null });

  const manifest = await manifestOf('waited');
  expect(manifest?.renditions.map(({ id: rendition }) => rendition)).toEqual(['480p', '360p', 'audio', 'audio_saver']);
  const files = [...(manifest?.renditions ?? []).flatMap(({ file, pieceTable }) => [file, pieceTable]), ...(manifest?.sideFiles ?? []).map(({ file }) => file)];
  for (const { sha256, bytes } of files) {
    const content = await readWhole(media, sha256);
    expect([content.length, createHash('sha256').update(content).digest('hex')]).toEqual([bytes, sha256]);
  }
  // What was sent before the storage went away is what is used, and nothing of it is left over.
  expect(await names(media)).toEqual([...new Set(files.map(({ sha256 }) => sha256))].toSorted());
  expect(await readdir(join(folder, 'media', 'incoming'))).toEqual([]);
});

it('a storage that answers but refuses for good ends the job, and the job says which refusal it was', async () => {
  const before = await names(media);
  s3.faults.forbids = true;
  const id = await order('refused');
  expect(await until(id)).toMatchObject({ state: 'failed', waitingFor: null, error: expect.stringMatching(/^The media storage refuses .*403/) as string });
  s3.faults.forbids = false;
  expect(await manifestOf('refused')).toBeNull();
  expect(await names(media)).toEqual(before);
  await jobs.retry(id);
  expect((await until(id))?.state).toBe('done');
});

it('whoever cancels a job that waits for the storage is heard', async () => {
  await s3.stop();
  const id = await order('cancelled');
  await until(id, ({ waitingFor }) => waitingFor === 'storage');
  await jobs.cancel(id);
  expect(await until(id)).toMatchObject({ state: 'cancelled', waitingFor: null });
  // Its worker hears of it with the next beat, and lets go.
  await expect.poll(() => readdir(join(folder, 'workshop'))).toEqual([]);
  await s3.start();
  const next = await order('next');
  expect((await until(next))?.state).toBe('done');
  expect(await manifestOf('cancelled')).toBeNull();
});
