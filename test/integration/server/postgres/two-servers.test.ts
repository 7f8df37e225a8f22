import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as later } from 'node:timers/promises';
import { promisify } from 'node:util';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fromWire } from '../../../../src/shared/api/codec.ts';
import { manifestSchema } from '../../../../src/shared/models/manifest.ts';
import { addLesson } from '../../../../src/server/cli/add-lesson.ts';
import { openStore, type Store } from '../../../../src/server/store/database.ts';
import { startInstance, type Instance } from '../../../harness/instance.ts';
import { startPostgres, type Postgres } from '../../../harness/postgres.ts';
import { schoolClient } from '../../../harness/school-client.ts';
import { startS3Server, type S3Server } from '../../../harness/storage/s3-server.ts';
import { encodeTinySchool, people } from '../../../harness/tiny-school.ts';

const run = promisify(execFile);
/** Six processes start and stop here, on machines that have other things to do. */
const patience = 240_000;

/** Two servers of one school, each a process with a folder of its own; all they share is a PostgreSQL and an S3. */
const folder = mkdtempSync(join(tmpdir(), 'teachify-district-'));
const pupils = Array.from({ length: 30 }, (_, seat) => `pupil-${seat}`);
const tokens = new Map<string, string>();
let postgres: Postgres;
let s3: S3Server;
let store: Store;
let env: Record<string, string>;
let left: Instance;
let right: Instance;
let timeline = '';

const startServer = (name: string, port = 0) => startInstance(['--data', join(folder, name), '--port', String(port), '--log-level', 'silent'], env);

beforeAll(async () => {
  [postgres, s3] = await Promise.all([startPostgres(), startS3Server()]);
  const address = await postgres.createDatabase();
  const school = await encodeTinySchool();
  env = { ...s3.env, DATABASE_URL: address, STORAGE: 's3', TEACHIFY_DEMO_SCHOOL: school, TEACHIFY_SERVER_WORKERS: '0' };
  [left, right] = await Promise.all([startServer('left'), startServer('right')]);
  store = await openStore(address);
  const { password_hash: known } = await store.selectFrom('people').select('password_hash').where('id', '=', 'of-tea').executeTakeFirstOrThrow();
  await store.insertInto('people').values(pupils.map((id) => ({ id, name: id, email: `${id}@school.test`, password_hash: known, role: 'student' as const }))).execute();
  await store.insertInto('enrolments').values(pupils.map((id) => ({ person_id: id, course_id: 'tea', since: 0, until: null }))).execute();
});
afterAll(async () => {
  await Promise.all([left.stop(), right.stop()]);
  await store.destroy();
  await Promise.all([postgres.close(), s3.close()]);
  rmSync(folder, { recursive: true, force: true });
});

const signIn = async (server: Instance, email: string) =>
  (await schoolClient(server.url).post('/api/auth/token', { email, password: people.tea.password, device_id: 'seat' })).json<{ access_token: string; refresh_token: string }>();

it('that start at once on an empty database are one school: seeded once, with one key', async () => {
  const infos = await Promise.all([left, right].map(async ({ url }) => (await schoolClient(url).ask('/api/server')).json()));
  expect(infos[0]?.['signing_key']).toEqual(infos[1]?.['signing_key']);
  const { access_token: token } = await signIn(left, people.tea.email);
  const texts = await Promise.all([left, right].map(async ({ url }) => (await schoolClient(url, token).ask('/api/lessons/making-tea/manifest')).json<{ payload: string }>().payload));
  expect(texts[0]).toBe(texts[1]);
  const { revision, timelineId } = fromWire(manifestSchema, JSON.parse(texts[0] ?? ''));
  expect(revision).toBe(1);
  timeline = timelineId;
});

it('a class of thirty signs in at once at both; what one gave the other takes, and turns over', async () => {
  const given = await Promise.all(pupils.map((id, seat) => signIn(seat % 2 ? left : right, `${id}@school.test`)));
  const answers = await Promise.all(given.map(async ({ refresh_token }, seat) => schoolClient((seat % 2 ? right : left).url).post('/api/auth/refresh', { refresh_token })));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  answers.forEach((answer, seat) => tokens.set(pupils[seat] ?? '', answer.json<{ access_token: string }>().access_token));
  const first = given[0]?.refresh_token;
  // Both at the same moment: one after the other, and neither harms the other.
  const twice = await Promise.all([left, right].map(({ url }) => schoolClient(url).post('/api/auth/refresh', { refresh_token: first })));
  expect(twice.map(({ status }) => status)).toEqual([200, 200]);
});

it('sixty machines send to both, one server is killed in the middle, and every minute is counted once', async () => {
  const clock = { boot_id: 'boot', monotonic_ms: 1000, wall_ms: 1_000_000 };
  const batch = (install: string, round: number) => {
    const events = [1, 2, 3].map((nth) => {
      const end = (round * 3 + nth) * 100;
      const snapshot = { session_id: install, lesson_id: 'making-tea', timeline_id: timeline, epoch: 0, ranges: [[end - 100, end]], watched_ms: end, position_ms: end };
      return { sequence: round * 3 + nth, kind: 'watched', recorded_at: clock, snapshot };
    });
    return { install_id: install, nonce: 'a-nonce-of-mine', sent_at: clock, events };
  };
  let sent = 0;
  let killed: Promise<void> | null = null;
  const send = async (pupil: string, install: string, round: number) => {
    // Until it is acknowledged, here or there, as the app does it.
    for (let attempt = 0; ; attempt += 1) {
      const server = (attempt + round) % 2 ? left : right;
      const answer = await schoolClient(server.url, tokens.get(pupil)).post('/api/progress/batches', batch(install, round)).catch(() => null);
      sent += 1;
      if (sent === 60) killed = right.kill();
      if (answer?.status === 200) return answer.json<{ results: { outcome: string }[] }>().results.map(({ outcome }) => outcome);
      expect(answer?.status ?? 500).toBeGreaterThanOrEqual(500);
      expect(attempt).toBeLessThan(20);
    }
  };
  const machines = pupils.flatMap((pupil) => ['desk', 'home'].map((place) => ({ pupil, install: `${pupil}-${place}` })));
  const outcomes = await Promise.all(
    machines.map(async ({ pupil, install }) => {
      const seen: string[] = [];
      for (const round of [0, 1]) seen.push(...(await send(pupil, install, round)));
      // And the last once more, whose answer was lost.
      return [...seen, ...(await send(pupil, install, 1))];
    }),
  );
  await killed;
  for (const seen of outcomes) {
    expect(new Set(seen.slice(0, 6))).toSatisfy((kinds: Set<string>) => [...kinds].every((kind) => kind === 'applied' || kind === 'duplicate'));
    expect(seen.slice(6)).toEqual(['duplicate', 'duplicate', 'duplicate']);
  }
  const { count } = await store.selectFrom('progress_events').select(({ fn }) => fn.countAll<number>().as('count')).executeTakeFirstOrThrow();
  expect(count).toBe(60 * 6);
  for (const pupil of pupils) {
    const { progress } = (await schoolClient(left.url, tokens.get(pupil)).ask('/api/progress')).json<{ progress: { ranges: number[][]; sessions: { watched_ms: number }[] }[] }>();
    expect(progress).toMatchObject([{ ranges: [[0, 600]] }]);
    expect(progress[0]?.sessions.map((session) => session.watched_ms)).toEqual([600, 600]);
  }
  right = await startServer('right');
  expect((await schoolClient(right.url, tokens.get('pupil-0')).ask('/api/courses')).status).toBe(200);
}, patience);

it('a lesson ordered at a server is made by a worker elsewhere, also when the first one is killed over it', async () => {
  const film = join(folder, 'film.mkv');
  await run('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=s=640x360:r=10:d=12', '-c:v', 'libx264', '-preset', 'ultrafast', film]);
  const printed: string[] = [];
  await addLesson([film, '--course', 'tea', '--id', 'boiling', '--later', '--data', join(folder, 'left')], { env, now: () => Date.now(), print: (line) => printed.push(line), say: () => {} });
  const id = printed[0] ?? '';
  const stateOf = async () => (await sql<{ state: string }>`select state from pgboss.job where id = ${id}::uuid`.execute(store)).rows[0]?.state;
  const first = await startInstance(['worker', '--data', join(folder, 'first')], env);
  while ((await stateOf()) !== 'active') await later(50);
  await first.kill();
  const before = await manifestOf('boiling');
  // Its lease lapses in seconds; they lie in the past now.
  await sql`update pgboss.job set heartbeat_on = heartbeat_on - interval '1 minute'`.execute(store);
  const others = await Promise.all(['second', 'third'].map((name) => startInstance(['worker', '--data', join(folder, name)], env)));
  while ((await stateOf()) !== 'completed') await later(100);
  await Promise.all(others.map((worker) => worker.stop()));
  const manifest = await manifestOf('boiling');
  expect(manifest?.renditions.map((rendition) => rendition.id)).toEqual(['360p']);
  expect(manifest?.timelineId).toBe(before?.timelineId ?? manifest?.timelineId);
  for (const { file, pieceTable } of manifest?.renditions ?? []) {
    for (const { sha256, bytes } of [file, pieceTable]) {
      const { body } = await schoolClient(left.url).bytes(`/media/${sha256}`);
      expect([body.length, createHash('sha256').update(body).digest('hex')]).toEqual([bytes, sha256]);
    }
  }
}, patience);

async function manifestOf(lesson: string) {
  const row = await store.selectFrom('lessons').select('manifest').where('id', '=', lesson).executeTakeFirst();
  return row?.manifest ? fromWire(manifestSchema, JSON.parse(row.manifest)) : null;
}

it('a PostgreSQL that is switched off and comes back costs refusals that say so, and nothing else', async () => {
  const pupil = schoolClient(left.url, tokens.get('pupil-1'));
  const before = (await pupil.ask('/api/progress')).json();
  await postgres.kill();
  const answer = await pupil.ask('/api/progress');
  expect([answer.status, answer.headers.get('retry-after'), answer.json()['code']]).toEqual([503, '5', 'server_error']);
  expect((await pupil.ask('/readyz')).status).toBe(503);
  expect((await pupil.ask('/healthz')).status).toBe(200);
  await postgres.start();
  for (const { url } of [left, right]) {
    const client = schoolClient(url, tokens.get('pupil-1'));
    while ((await client.ask('/readyz')).status !== 200) await later(50);
    expect((await client.ask('/api/progress')).json()).toEqual(before);
  }
});
