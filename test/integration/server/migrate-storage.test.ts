import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startServer, type RunningServer } from '../../../src/server/compose.ts';
import { migrateStorage } from '../../../src/server/cli/migrate-storage.ts';
import { createFolderStorage } from '../../../src/server/storage/folder-storage.ts';
import { openStorage } from '../../../src/server/storage/open-storage.ts';
import { openSchoolMedia } from '../../../src/server/storage/school-media.ts';
import { openStore } from '../../../src/server/store/database.ts';
import { ownSqlite } from '../../harness/own-sqlite.ts';
import { startS3Server, type S3Server } from '../../harness/storage/s3-server.ts';
import { names } from '../../harness/storage/storage-contract.ts';
import { lastingFolder, temporaryFolder } from '../../harness/temporary-folder.ts';
import { encodeTinySchool } from '../../harness/tiny-school.ts';

const { folder, remove } = lastingFolder();
const program = join(import.meta.dirname, '../../../src/server/main.ts');
let s3: S3Server;
let server: RunningServer;
const move = ['migrate-storage', '--from', 'folder', '--to', 's3', '--data', folder];

beforeAll(async () => {
  s3 = await startS3Server();
  Object.assign(process.env, s3.env);
  const options = { port: 0, data: folder, demoSchool: await encodeTinySchool(), logLevel: 'silent', s3Bucket: s3.bucket, s3Endpoint: s3.endpoint } as const;
  server = await startServer(options, { now: () => Date.now(), say: () => {}, version: '0.0.0-test' });
});
afterAll(async () => {
  await server?.close();
  await s3?.close();
  remove();
});

it('killed in the middle, it goes on where it was; every lesson plays before, meanwhile and after', async () => {
  const local = createFolderStorage(join(folder, 'media'));
  const all = await names(local);
  const remote = () => openStorage('s3', { data: folder, s3Bucket: s3.bucket, s3Endpoint: s3.endpoint, s3Region: 'us-east-1', s3Prefix: 'media/' });
  const statuses = () => Promise.all(all.map(async (name) => (await fetch(`${server.url}/media/${name}`)).status));
  const before = await statuses();
  expect(before.filter((status) => status === 200).length).toBeGreaterThan(all.length / 2);

  const child = spawn(process.execPath, [program, ...move], { env: { ...process.env, ...s3.env }, stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'exit');
  let told = 0;
  for await (const _ of createInterface({ input: child.stderr })) if ((told += 1) === 3) child.kill('SIGKILL');
  expect(await ended).toEqual([null, 'SIGKILL']);
  const copied = await names(await remote());
  expect(copied.length).toBeGreaterThanOrEqual(3);
  expect(copied.length).toBeLessThan(all.length);
  expect(await statuses()).toEqual(before);

  const said: string[] = [];
  await migrateStorage([...move.slice(1), '--remove-source'], { env: { ...ownSqlite, ...s3.env }, print: (line) => said.push(line), say: (line) => said.push(line) });
  expect(said.length).toBeLessThanOrEqual(all.length - 3 + 1);
  expect(said.at(-1)).toBe('The media are in s3.');
  expect(await names(local)).toEqual([]);
  expect(await names(await remote())).toEqual(all);
  expect(await statuses()).toEqual(before);
});

it.each([
  [['--from', 'folder', '--to', 'folder'], /the same/],
  [['--from', 'folder', '--to', 'tape'], /--to is one of folder, s3, cloudinary/],
  [['--from', 'cloudinary', '--to', 'folder'], /are in s3/],
])('says what does not fit: %j', async (argv, sentence) => {
  await expect(migrateStorage([...argv, '--data', folder], { env: {}, print: () => {}, say: () => {} })).rejects.toThrow(sentence);
});

it('what was being put while the media moved is where they are then, though the source was emptied', async () => {
  const data = temporaryFolder();
  const store = await openStore(join(data, 'school.db'));
  const places = { data, s3Bucket: s3.bucket, s3Endpoint: s3.endpoint, s3Region: 'us-east-1', s3Prefix: 'media/' };
  const media = await openSchoolMedia({ store, places, preferred: 'folder', now: () => Date.now() });
  const { promise: moved, resolve: goOn } = Promise.withResolvers<void>();
  async function* slowly() {
    yield Buffer.from('the beginning, ');
    await moved;
    yield Buffer.from('and the end');
  }
  const putting = media.put(Readable.from(slowly()));
  await migrateStorage(['--from', 'folder', '--to', 's3', '--remove-source', '--data', data], { env: { ...ownSqlite, ...s3.env }, print: () => {}, say: () => {} });
  goOn();
  const { sha256 } = await putting;
  expect(await media.kind()).toBe('s3');
  expect(Buffer.concat(await (await media.open(sha256)).toArray()).toString()).toBe('the beginning, and the end');
  expect(await (await openStorage('s3', places)).size(sha256)).toBe(26);
  await store.destroy();
});
