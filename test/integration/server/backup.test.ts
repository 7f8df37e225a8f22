import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { restoringSetting } from '../../../src/server/backup/finish-restore.ts';
import { restore } from '../../../src/server/cli/restore.ts';
import { startServer, type RunningServer } from '../../../src/server/compose.ts';
import { commandLine } from '../../../src/server/services/audit.ts';
import { createKeeping } from '../../../src/server/services/keeping.ts';
import { createFolderStorage } from '../../../src/server/storage/folder-storage.ts';
import { openStore } from '../../../src/server/store/database.ts';
import { isPostgresAddress } from '../../../src/server/store/postgres.ts';
import type { Core } from '../../../src/core/compose.ts';
import { openCoreAtSchool } from '../../harness/core-at-school.ts';
import { openLine, type Line } from '../../harness/line.ts';
import { ownSqlite } from '../../harness/own-sqlite.ts';
import { freshDatabase } from '../../harness/postgres-of-run.ts';
import { schoolClient } from '../../harness/school-client.ts';
import { people } from '../../harness/tiny-school.ts';
import { startSchoolServer, type SchoolServer, type Visitor } from '../../harness/school-server.ts';

const run = promisify(execFile);
const program = join(import.meta.dirname, '../../../src/server/main.ts');
const folder = mkdtempSync(join(tmpdir(), 'teachify-backup-'));
const backups = join(folder, 'backups');
let school: SchoolServer;
let restored: RunningServer;
let line: Line;
let desk: Core;
let phone: Core;
let timelineId = '';
let newDatabase = '';
/** Where the catalogue stood when the school was lost. */
let cursor = 0;
/** What the school gave out before it was lost, by path. */
const bytes = new Map<string, string>();

beforeAll(async () => {
  school = await startSchoolServer();
  line = await openLine({ target: school.url });
  timelineId = ((await (await (await school.signIn('both')).get('/api/lessons/making-tea')).json()) as { timeline_id: string }).timeline_id;
  const computer = (name: string) => openCoreAtSchool({ data: join(folder, name), url: line.url });
  [desk, phone] = await Promise.all([computer('desk'), computer('phone')]);
});
afterAll(async () => {
  await Promise.all([desk?.dispose(), phone?.dispose()]);
  await line?.close();
  await restored?.close();
  rmSync(folder, { recursive: true, force: true });
});

const environment = (database: string) => ({ ...ownSqlite, DATABASE_URL: isPostgresAddress(database) ? database : '' });
/** @returns what it prints */
async function restoring(database: string, ...flags: readonly string[]): Promise<string> {
  const printed: string[] = [];
  await restore([backups, ...flags], { env: environment(database), now: () => school.clock.now(), print: (line) => printed.push(line), say: () => {} });
  return printed.join('\n');
}

/** A minute later by the school's clock, which orders positions. */
async function watch({ progress }: Core, sessionId: string, start: number, end: number) {
  await school.clock.advance(60_000);
  return progress.report({ sessionId, lessonId: 'making-tea', timelineId, epoch: 0, ranges: [[start, end]], watchedMs: end - start, positionMs: end });
}

async function hashes(of: Visitor): Promise<Map<string, string>> {
  const manifest = (await (await of.get('/api/lessons/making-tea/manifest')).json()) as { payload: string };
  const names = manifest.payload.match(/[0-9a-f]{64}/g) ?? [];
  const paths = ['/api/lessons/making-tea/playlist.m3u8', '/api/lessons/making-tea/video.mp4', ...new Set(names.map((name) => `/media/${name}`))];
  const found = new Map<string, string>();
  for (const path of paths) {
    const answer = await of.get(path);
    const body = Buffer.from(await answer.arrayBuffer());
    if (answer.ok) found.set(path, createHash('sha256').update(body).digest('hex'));
  }
  return found;
}

it('a school is backed up while students send', async () => {
  await watch(desk, 'before', 0, 400);
  await desk.progress.recordNote({ noteId: 'early', lessonId: 'making-tea', timelineId, atMs: 100, text: 'Warm the pot', removed: false });
  expect(await desk.progress.sync()).toMatchObject({ waiting: 0, parked: 0 });
  for (const [path, hash] of await hashes(await school.signIn('both'))) bytes.set(path, hash);
  expect(bytes.size).toBeGreaterThan(4);

  const busy = await school.signIn('tea', 'busy-device');
  let made = false;
  const done = run(process.execPath, [program, 'backup', '--to', backups, '--data', school.folder], { env: { ...process.env, ...environment(school.database) } }).finally(() => (made = true));
  const clocks = { boot_id: 'boot', monotonic_ms: 1, wall_ms: 1 };
  for (let sequence = 1; !made || sequence === 1; sequence += 1) {
    const snapshot = { session_id: `s-${sequence}`, lesson_id: 'making-tea', timeline_id: timelineId, epoch: 0, ranges: [[sequence, sequence + 1]], watched_ms: 1, position_ms: 1 };
    const answer = await busy.post('/api/progress/batches', { install_id: 'busy', nonce: 'a-nonce-of-mine', sent_at: clocks, events: [{ sequence, kind: 'watched', recorded_at: clocks, snapshot }] });
    expect(answer.status).toBe(200);
  }
  expect((await done).stdout).toMatch(/^\d{4}-\d\d-\d\dT\S+Z\n$/);
});

it('after it, students go on: here, elsewhere, and with what they write', async () => {
  await watch(phone, 'on-the-phone', 400, 700);
  expect(await phone.progress.sync()).toMatchObject({ waiting: 0, parked: 0 });
  await watch(desk, 'after', 700, 900);
  await desk.progress.recordNote({ noteId: 'early', lessonId: 'making-tea', timelineId, atMs: 100, text: 'Warm the pot well', removed: false });
  await desk.progress.recordNote({ noteId: 'late', lessonId: 'making-tea', timelineId, atMs: 800, text: 'Pour', removed: false });
  await desk.progress.recordChoices([{ name: 'playbackRate', value: 1.5 }]);
  expect(await desk.progress.sync()).toMatchObject({ waiting: 0, parked: 0 });
  expect(await desk.progress.lessons()).toMatchObject([{ lessonId: 'making-tea', ranges: [[0, 900]], watchedMs: 900, positionMs: 900 }]);
});

it('the catalogue goes on as well', async () => {
  const store = await openStore(school.database);
  await createKeeping({ store, media: createFolderStorage(join(folder, 'none')), keys: { signDetached: async () => '' }, now: () => school.clock.now() })
    .courses.edit(commandLine, 'tea', { title: 'Tea, as it was called for a day' })
    .finally(() => store.destroy());
  cursor = ((await (await (await school.signIn('both')).get('/api/changes?since=0')).json()) as { cursor: number }).cursor;
  expect(cursor).toBeGreaterThan(0);
});

it('the school is lost whole and comes back from its backup: people sign in, lessons play byte for byte, what was watched is there', async () => {
  const { database } = school;
  await school.close();
  const data = join(folder, 'new-school');
  newDatabase = await freshDatabase(data);
  // Only looked at, nothing is made.
  expect(await restoring(newDatabase, '--check', '--data', data)).toMatch(/^The backup \S+ of .+ is whole: \d+ media files\.$/);
  expect(await restoring(newDatabase, '--data', data)).toContain('is back as it was at');
  expect(newDatabase).not.toBe(database);

  const databaseUrl = isPostgresAddress(newDatabase) ? newDatabase : undefined;
  restored = await startServer({ port: 0, data, databaseUrl, logLevel: 'silent' }, { now: () => school.clock.now(), say: () => {}, version: '0.0.0-test' });
  const token = (await schoolClient(restored.url).post('/api/auth/token', { ...people.both, device_id: 'new' })).json<{ access_token: string }>().access_token;
  const get = (path: string) => fetch(`${restored.url}${path}`, { headers: { authorization: `Bearer ${token}` } });
  expect(await hashes({ get } as Visitor)).toEqual(bytes);
  const known = (await (await get('/api/progress')).json()) as { progress: { ranges: number[][] }[]; notes: { text: string }[]; history: string };
  expect(known).toMatchObject({ progress: [{ ranges: [[0, 400]] }], notes: [{ text: 'Warm the pot' }] });
  expect(known.history).toMatch(/^[0-9a-f-]{36}$/);
  // Whoever had seen the catalogue of after the backup is told all of it anew.
  const changes = (await (await get(`/api/changes?since=${cursor}`)).json()) as { cursor: number; course_ids: string[]; courses: { course: { id: string; title: string } }[] };
  expect(changes.cursor).toBeGreaterThan(cursor);
  expect(changes.courses.map(({ course }) => course.id).toSorted()).toEqual(changes.course_ids.toSorted());
  expect(changes.courses.find(({ course }) => course.id === 'tea')?.course.title).not.toContain('for a day');
});

it('one computer of a student that comes by tells the school all that it had acknowledged since, from whichever device it was', async () => {
  line.setTarget(restored.url);
  expect(await desk.progress.sync()).toMatchObject({ waiting: 0, parked: 0 });
  const token = (await schoolClient(restored.url).post('/api/auth/token', { ...people.both, device_id: 'new' })).json<{ access_token: string }>().access_token;
  const known = (await schoolClient(restored.url, token).ask('/api/progress')).json<{ progress: { ranges: number[][]; sessions: { session_id: string; watched_ms: number }[]; position: { ms: number } }[]; notes: { note_id: string; text: string }[]; choices: object[] }>();
  expect(known.progress).toMatchObject([{ ranges: [[0, 900]], position: { ms: 900 } }]);
  expect(known.progress[0]?.sessions.toSorted((a, b) => a.watched_ms - b.watched_ms || a.session_id.localeCompare(b.session_id))).toEqual([
    { session_id: 'after', watched_ms: 200 },
    { session_id: 'on-the-phone', watched_ms: 300 },
    { session_id: 'before', watched_ms: 400 },
  ]);
  expect(known.notes.map(({ note_id: id, text }) => [id, text]).toSorted()).toEqual([['early', 'Warm the pot well'], ['late', 'Pour']]);
  expect(known.choices).toMatchObject([{ name: 'playbackRate', value: 1.5 }]);
  expect(await desk.progress.lessons()).toMatchObject([{ ranges: [[0, 900]], watchedMs: 900, positionMs: 900 }]);
});

it('the other one has nothing to add, and follows; from then on both go on as ever', async () => {
  const sent = () => line.requests.filter(({ path }) => path.endsWith('/progress/batches')).length;
  const before = sent();
  expect(await phone.progress.sync()).toMatchObject({ waiting: 0, parked: 0 });
  expect(sent()).toBe(before);
  expect(await phone.progress.lessons()).toMatchObject([{ ranges: [[0, 900]], positionMs: 900 }]);
  await watch(phone, 'afterwards', 900, 950);
  expect(await phone.progress.sync()).toMatchObject({ waiting: 0, parked: 0 });
  expect(await desk.progress.sync()).toMatchObject({ waiting: 0, parked: 0 });
  expect(await desk.progress.lessons()).toMatchObject([{ ranges: [[0, 950]], watchedMs: 950, positionMs: 950 }]);
});

it('a school that is served is not replaced, and one that is there only when told', async () => {
  const data = join(folder, 'new-school');
  await expect(restoring(newDatabase, '--data', data, '--replace')).rejects.toThrow(/Stop (it|them) first/);
  await restored.close();
  await expect(restoring(newDatabase, '--data', data)).rejects.toThrow(/There is a school in .* already/);
  expect(await restoring(newDatabase, '--data', data, '--replace')).toContain('is back as it was at');
  const databaseUrl = isPostgresAddress(newDatabase) ? newDatabase : undefined;
  restored = await startServer({ port: 0, data, databaseUrl, logLevel: 'silent' }, { now: () => school.clock.now(), say: () => {}, version: '0.0.0-test' });
  line.setTarget(restored.url);
  // Only the phone comes by this time, and it heard all of it.
  expect(await phone.progress.sync()).toMatchObject({ waiting: 0, parked: 0 });
  const token = (await schoolClient(restored.url).post('/api/auth/token', { ...people.both, device_id: 'new' })).json<{ access_token: string }>().access_token;
  expect((await schoolClient(restored.url, token).ask('/api/progress')).json()).toMatchObject({ progress: [{ ranges: [[0, 950]] }], notes: [{}, {}] });
});

it('a restore that was cut off when its database was there is finished by the server’s next start', async () => {
  await restored.close();
  const store = await openStore(newDatabase);
  await store.insertInto('settings').values({ name: restoringSetting, value: JSON.stringify({ history: 'another-history', backup: 'the-backup', storage: 'folder' }) }).execute();
  await store.insertInto('media_copies').values({ storage: 's3', sha256: 'a'.repeat(64) }).execute();
  const databaseUrl = isPostgresAddress(newDatabase) ? newDatabase : undefined;
  restored = await startServer({ port: 0, data: join(folder, 'new-school'), databaseUrl, logLevel: 'silent' }, { now: () => school.clock.now(), say: () => {}, version: '0.0.0-test' });
  line.setTarget(restored.url);
  const left = await store.selectFrom('settings').select('value').where('name', 'in', [restoringSetting, 'history']).execute();
  const copies = await store.selectFrom('media_copies').selectAll().execute();
  const restores = await store.selectFrom('audit').select('target').where('action', '=', 'school.restore').execute();
  await store.destroy();
  expect([left, copies]).toEqual([[{ value: 'another-history' }], []]);
  expect(restores).toContainEqual({ target: 'the-backup' });
  expect(await phone.progress.sync()).toMatchObject({ waiting: 0, parked: 0 });
  expect(await phone.progress.lessons()).toMatchObject([{ ranges: [[0, 950]] }]);
});
