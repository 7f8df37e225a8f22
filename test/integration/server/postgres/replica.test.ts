import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startServer, type RunningServer } from '../../../../src/server/compose.ts';
import { openReplica, openStore } from '../../../../src/server/store/database.ts';
import { manualClock } from '../../../harness/manual-clock.ts';
import { startPostgres, type Postgres, type Standby } from '../../../harness/postgres.ts';
import { schoolClient, type SchoolClient } from '../../../harness/school-client.ts';
import { encodeTinySchool, people } from '../../../harness/tiny-school.ts';

const folder = mkdtempSync(join(tmpdir(), 'teachify-replica-'));
const clock = manualClock();
const seen = { interval: 50 };
let primary: Postgres;
let standby: Standby;
let replica: string;
let server: RunningServer;
let teacher: SchoolClient;
let student: SchoolClient;
let timeline = '';
let sequence = 0;

beforeAll(async () => {
  primary = await startPostgres();
  const databaseUrl = await primary.createDatabase();
  standby = await primary.startStandby();
  replica = standby.addressOf(databaseUrl);
  const options = { port: 0, data: folder, databaseUrl, databaseReplicaUrl: replica, demoSchool: await encodeTinySchool(), logLevel: 'silent', workers: 0 } as const;
  server = await startServer(options, { now: () => clock.now(), say: () => {}, version: '0.0.0-test' });
  const store = await openStore(databaseUrl);
  await store.updateTable('people').set({ role: 'teacher' }).where('id', '=', 'of-both').execute().finally(() => store.destroy());
  [teacher, student] = await Promise.all(['both' as const, 'tea' as const].map(signedIn)) as [SchoolClient, SchoolClient];
  timeline = (await student.ask('/api/lessons/making-tea')).json<{ timeline_id: string }>().timeline_id;
});
afterAll(async () => {
  await server?.close();
  await standby?.close();
  await primary?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function signedIn(who: keyof typeof people): Promise<SchoolClient> {
  const { access_token: token } = (await schoolClient(server.url).post('/api/auth/token', { ...people[who], device_id: who })).json<{ access_token: string }>();
  return schoolClient(server.url, token);
}

/** One more second of the lesson, taken by the primary. */
async function watchOn(): Promise<number> {
  sequence += 1;
  const clocks = { boot_id: 'boot', monotonic_ms: sequence, wall_ms: sequence };
  const snapshot = { session_id: 'sitting', lesson_id: 'making-tea', timeline_id: timeline, epoch: 0, ranges: [[0, sequence * 1000]], watched_ms: sequence * 1000, position_ms: 0 };
  const answer = await student.post('/api/progress/batches', { install_id: 'seat', nonce: 'a-nonce-of-mine', sent_at: clocks, events: [{ sequence, kind: 'watched', recorded_at: clocks, snapshot }] });
  expect(answer.json()).toMatchObject({ results: [{ outcome: 'applied' }] });
  return sequence;
}

/** What the teacher is told of how long the student watched, in seconds. */
async function told(): Promise<number> {
  const answer = await teacher.ask('/api/teaching/courses/tea');
  expect(answer.status).toBe(200);
  const { students } = answer.json<{ students: { student_id: string; watched_ms: number }[] }>();
  return (students.find(({ student_id: id }) => id === 'of-tea')?.watched_ms ?? 0) / 1000;
}

async function onReplica(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: replica });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}

it('what teachers ask comes from the replica, and what a student sent is read back from the primary', async () => {
  await expect.poll(told, seen).toBe(0);
  const before = await watchOn();
  await expect.poll(told, seen).toBe(before);
  await onReplica('select pg_wal_replay_pause()');
  const now = await watchOn();
  // It has not heard of it; the primary has.
  expect(await told()).toBe(before);
  expect((await student.ask('/api/progress')).json()).toMatchObject({ progress: [{ ranges: [[0, now * 1000]] }] });
  await onReplica('select pg_wal_replay_resume()');
  await expect.poll(told, seen).toBe(now);
});

it('a replica takes nothing that writes', async () => {
  const store = openReplica(replica);
  await expect(store.updateTable('people').set({ name: 'Nobody' }).execute()).rejects.toThrow('read-only');
  await store.destroy();
});

it('one that is switched off is replaced by the primary at once, left alone for a while, and asked again when it is back', async () => {
  await standby.kill();
  const now = await watchOn();
  expect(await told()).toBe(now);
  await standby.start();
  await onReplica('select pg_wal_replay_pause()');
  const later = await watchOn();
  expect(await told()).toBe(later);
  await clock.advance(10_001);
  // From the replica again, which stands still.
  expect(await told()).toBeLessThan(later);
  await onReplica('select pg_wal_replay_resume()');
  await expect.poll(told, seen).toBe(later);
});
