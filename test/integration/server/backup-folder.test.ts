import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { lockBackups } from '../../../src/server/backup/lock-backups.ts';
import { backup } from '../../../src/server/cli/backup.ts';
import { restore } from '../../../src/server/cli/restore.ts';
import { startServer } from '../../../src/server/compose.ts';
import { createFolderStorage } from '../../../src/server/storage/folder-storage.ts';
import { openStorage } from '../../../src/server/storage/open-storage.ts';
import { ownSqlite } from '../../harness/own-sqlite.ts';
import { schoolClient } from '../../harness/school-client.ts';
import { startS3Server, type S3Server } from '../../harness/storage/s3-server.ts';
import { names } from '../../harness/storage/storage-contract.ts';
import { lastingFolder, temporaryFolder } from '../../harness/temporary-folder.ts';
import { encodeTinySchool, people } from '../../harness/tiny-school.ts';

const { folder: data, remove } = lastingFolder();
const program = join(import.meta.dirname, '../../../src/server/main.ts');
let s3: S3Server;

const started = (folder: string, env: object = {}) => startServer({ port: 0, data: folder, logLevel: 'silent', ...env }, { now: () => Date.now(), say: () => {}, version: '0.0.0-test' });
beforeAll(async () => {
  s3 = await startS3Server();
  Object.assign(process.env, s3.env);
  await (await started(data, { demoSchool: await encodeTinySchool() })).close();
});
afterAll(async () => {
  await s3?.close();
  remove();
});

const surroundings = (lines: string[] = []) => ({ env: ownSqlite, now: () => Date.now(), print: (line: string) => void lines.push(line), say: () => {}, signal: new AbortController().signal });
/** @returns the name of the backup */
async function backedUp(to: string, ...flags: readonly string[]): Promise<string> {
  const printed: string[] = [];
  await backup(['--to', to, '--data', data, ...flags], surroundings(printed));
  return printed[0] ?? '';
}
const restored = (from: string, to: string, ...flags: readonly string[]) => restore([from, '--data', to, ...flags], surroundings());
const poolOf = (backups: string) => createFolderStorage(join(backups, 'media'));
const whole = (backups: string) => readdirSync(backups).filter((name) => name.endsWith('Z')).toSorted();

it('a backup killed in its middle is taken for none, the next one is whole, and copies nothing twice', async () => {
  const backups = temporaryFolder();
  const child = spawn(process.execPath, [program, 'backup', '--to', backups, '--data', data], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'exit');
  let told = 0;
  for await (const _ of createInterface({ input: child.stderr })) if ((told += 1) === 4) child.kill('SIGKILL');
  expect(await ended).toEqual([null, 'SIGKILL']);
  expect(whole(backups)).toEqual([]);
  expect(readdirSync(backups).some((name) => name.endsWith('.partial'))).toBe(true);
  await expect(restored(backups, temporaryFolder())).rejects.toThrow('There is no whole backup in');
  const copied = await names(poolOf(backups));
  expect(copied.length).toBeGreaterThanOrEqual(4);
  const [first = ''] = copied;
  const { ino } = statSync(poolOf(backups).localPath(first) ?? '');

  const name = await backedUp(backups);
  expect(readdirSync(backups).filter((one) => one.endsWith('.partial'))).toEqual([]);
  expect(statSync(poolOf(backups).localPath(first) ?? '').ino).toBe(ino);
  const { media } = JSON.parse(readFileSync(join(backups, name, 'manifest.json'), 'utf8')) as { media: { sha256: string }[] };
  expect(media.map(({ sha256 }) => sha256)).toEqual(await names(poolOf(backups)));
  expect(media.length).toBeGreaterThan(copied.length);
  for (const file of ['database', 'keys.json', 'manifest.json']) expect(statSync(join(backups, name, file)).mode & 0o077).toBe(0);
});

it('a restore killed in its middle leaves no school, and begins again', async () => {
  const [backups, to] = [temporaryFolder(), join(temporaryFolder(), 'school')];
  await backedUp(backups);
  const child = spawn(process.execPath, [program, 'restore', backups, '--data', to], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'exit');
  let put = 0;
  for await (const line of createInterface({ input: child.stderr })) if (/^\d+ %$/.test(line) && (put += 1) === 3) child.kill('SIGKILL');
  expect(await ended).toEqual([null, 'SIGKILL']);
  expect(existsSync(join(to, 'school.db'))).toBe(false);
  await restored(backups, to);
  const server = await started(to);
  const { status } = await schoolClient(server.url).post('/api/auth/token', { ...people.tea, device_id: 'desk' });
  await server.close();
  expect(status).toBe(200);
});

it('what is damaged in a backup is found before anything is touched, and left out only when told', async () => {
  const [backups, to] = [temporaryFolder(), join(temporaryFolder(), 'school')];
  const name = await backedUp(backups);
  const [victim = ''] = await names(poolOf(backups));
  const file = poolOf(backups).localPath(victim) ?? '';
  const bytes = readFileSync(file);
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
  writeFileSync(file, bytes);
  await expect(restored(backups, to)).rejects.toThrow(new RegExp(`1 of \\d+ media files of the backup ${name} are damaged or gone: ${victim}. Nothing was changed.`));
  await expect(restored(backups, to, '--check')).rejects.toThrow(victim);
  expect(existsSync(to)).toBe(false);
  await restored(backups, to, '--leave-out-damaged');
  expect(await names(createFolderStorage(join(to, 'media')))).toEqual((await names(poolOf(backups))).filter((one) => one !== victim));

  const database = join(backups, name, 'database');
  writeFileSync(database, readFileSync(database).subarray(0, 4096));
  await expect(restored(join(backups, name), temporaryFolder(), '--leave-out-damaged')).rejects.toThrow('database of the backup');
  writeFileSync(join(backups, name, 'manifest.json'), '{"format":"teachify-backup/9"}');
  await expect(restored(backups, temporaryFolder())).rejects.toThrow(`The backup ${name} has no manifest.json that can be read`);
});

it('a file the school has lost is named, and the backup made of all the others', async () => {
  const [backups, copy] = [temporaryFolder(), join(temporaryFolder(), 'school')];
  await backedUp(backups);
  await restored(backups, copy);
  const media = createFolderStorage(join(copy, 'media'));
  const [lost = '', ...others] = await names(media);
  rmSync(media.localPath(lost) ?? '');
  const again = temporaryFolder();
  await expect(backup(['--to', again, '--data', copy], surroundings())).rejects.toThrow(`The backup was made, but the school has 1 of its media files no more, or damaged: ${lost}.`);
  expect(await names(poolOf(again))).toEqual(others);
  expect(whole(again).length).toBe(1);
});

it('made again and again, so many are kept, and no file of another one goes with an old one', async () => {
  const backups = temporaryFolder();
  const child = spawn(process.execPath, [program, 'backup', '--to', backups, '--data', data, '--every', '1s', '--keep', '2'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const made: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) if (made.push(line) === 4) child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  expect(made.length).toBeGreaterThanOrEqual(4);
  const kept = whole(backups);
  // The last may have been made, and stopped before older ones went.
  expect(kept.length).toBeGreaterThanOrEqual(2);
  expect(kept.length).toBeLessThanOrEqual(3);
  expect(kept).not.toContain(made[0]);
  // What nobody names goes, what someone names stays.
  const stray = await poolOf(backups).put([Buffer.from('of a lesson that was removed long ago')]);
  const before = (await names(poolOf(backups))).filter((name) => name !== stray.sha256);
  await backedUp(backups, '--keep', '1');
  expect(whole(backups).length).toBe(1);
  expect(await names(poolOf(backups))).toEqual(before);
  await restored(backups, join(temporaryFolder(), 'school'));
});

it('two are not at work in one folder at the same time', async () => {
  const backups = temporaryFolder();
  const name = await backedUp(backups);
  const unlock = lockBackups(backups);
  await expect(backedUp(backups)).rejects.toThrow('Another backup or restore is at work in this folder.');
  await expect(restored(backups, temporaryFolder(), '--check')).rejects.toThrow('Another backup or restore is at work in this folder.');
  unlock();
  await backedUp(backups);
  expect(whole(backups)[0]).toBe(name);
});

it('a school in a folder comes back in S3', async () => {
  const [backups, to] = [temporaryFolder(), join(temporaryFolder(), 'school')];
  await backedUp(backups);
  await restore([backups, '--data', to], { ...surroundings(), env: { ...ownSqlite, ...s3.env, STORAGE: 's3' } });
  expect(existsSync(join(to, 'media', 'incoming')) ? readdirSync(join(to, 'media', 'incoming')) : []).toEqual([]);
  const remote = await openStorage('s3', { data: to, s3Bucket: s3.bucket, s3Endpoint: s3.endpoint, s3Region: 'us-east-1', s3Prefix: 'media/' });
  expect(await names(remote)).toEqual(await names(poolOf(backups)));
  const server = await started(to, { s3Bucket: s3.bucket, s3Endpoint: s3.endpoint });
  const client = schoolClient(server.url);
  const { access_token: token } = (await client.post('/api/auth/token', { ...people.tea, device_id: 'desk' })).json<{ access_token: string }>();
  const { payload } = (await schoolClient(server.url, token).ask('/api/lessons/making-tea/manifest')).json<{ payload: string }>();
  const [name = ''] = payload.match(/[0-9a-f]{64}/) ?? [];
  const { status, body } = await client.bytes(`/media/${name}`);
  await server.close();
  expect([status, body.equals(readFileSync(poolOf(backups).localPath(name) ?? ''))]).toEqual([200, true]);
});

it.each([
  [backup, ['--data', data], /--to FOLDER/],
  [backup, ['--data', data, '--to', join(data, 'backups')], /lost with it/],
  [backup, ['--data', data, '--to', '/nowhere', '--every', 'daily'], /--every is a time/],
  [backup, ['--data', data, '--to', '/nowhere', '--keep', '0'], /--keep is how many/],
  [backup, ['--data', join(data, 'nowhere'), '--to', '/nowhere'], /There is no school in/],
  [restore, ['--data', data], /Write it as: restore FOLDER/],
  [restore, [data, '--data', data], /There is no whole backup in/],
])('%o says what does not fit: %j', async (command, argv, sentence) => {
  await expect(command(argv, surroundings())).rejects.toThrow(sentence);
});
