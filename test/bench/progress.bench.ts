// What writing progress down costs, what sending a long backlog costs, and how a school of machines comes back. The peers are targets:
// nothing in the field keeps progress this way.
import { randomUUID } from 'node:crypto';
import Database from 'better-sqlite3';
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Emitter } from '../../src/core/base/emitter.ts';
import { silentLogger } from '../../src/core/base/logger.ts';
import { systemClock } from '../../src/core/base/clock.ts';
import { systemRandom } from '../../src/core/base/random.ts';
import { openDatabases } from '../../src/core/database/databases.ts';
import { storeSnapshot } from '../../src/core/database/stored-event.ts';
import { createApiClient } from '../../src/core/net/api-client.ts';
import { createGotTransport } from '../../src/core/net/got-transport.ts';
import { createProgress } from '../../src/core/progress/progress.ts';
import { startCourseServer } from '../harness/course-server.ts';
import { openLine } from '../harness/line.ts';
import { schoolClient } from '../harness/school-client.ts';
import { encodeTinySchool, people } from '../harness/tiny-school.ts';
import { keep, median } from './comparison.ts';

const lessons = 500;
const lessonMs = 1_800_000;
const events = Number(process.env['TEACHIFY_BENCH_EVENTS'] ?? 100_000);
const machines = Number(process.env['TEACHIFY_BENCH_MACHINES'] ?? 500);

const server = await startCourseServer({ school: await encodeTinySchool() });
const line = await openLine({ target: server.url });
const client = schoolClient(server.url);
const { access_token: token } = (await client.post('/api/auth/token', { ...people.both, device_id: 'bench' })).json<{ access_token: string }>();
const folder = await mkdtemp(join(tmpdir(), 'teachify-bench-progress-'));
for (const name of ['writing', 'flushing', 'returning']) await mkdir(join(folder, name));

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? NaN;
}

function machine(database: Database.Database, student = { id: 'of-both', token }) {
  const online = new Emitter<{ status: 'online' }>();
  const transport = createGotTransport({ userAgent: 'bench', env: {} });
  const progress = createProgress({
    database,
    api: createApiClient({ transport, serverUrl: () => line.url, authorisation: { accessToken: async () => student.token, replaceToken: async () => student.token } }),
    accounts: { current: () => ({ accountId: `https://school.example#${student.id}` }) as never, changed: new Emitter<never>().event },
    catalog: { lesson: async () => ({ durationMs: lessonMs, donePercent: 90 }) as never, lessons: async () => [], changed: new Emitter<never>().event },
    connectivity: { changed: online.event as never },
    ...{ clock: systemClock(), random: systemRandom(), logger: silentLogger() },
  });
  return { progress, comeBack: () => online.emit({ status: 'online' }) };
}

/** How long the main thread worked between two turns of its loop, by its own CPU time: another program's work is no block of ours. */
function watchTurns() {
  const took = createHistogram();
  let last = process.threadCpuUsage();
  let running = true;
  const turn = () => {
    const now = process.threadCpuUsage();
    took.record(Math.max(1, now.user + now.system - last.user - last.system));
    last = now;
    if (running) setImmediate(turn);
  };
  setImmediate(turn);
  return {
    stop: () => {
      running = false;
      return { p99Ms: took.percentile(99) / 1000, maxMs: took.max / 1000 };
    },
  };
}

const snapshot = (lesson: number, sitting: number, seconds: number) => ({
  ...{ sessionId: `sitting-${lesson}-${sitting}`, lessonId: `bench-${lesson}`, timelineId: `bench-t${lesson}`, epoch: 0 },
  ...{ ranges: [[sitting * 1_000, sitting * 1_000 + seconds * 1_000]] as [number, number][], watchedMs: seconds * 1_000, positionMs: sitting * 1_000 + seconds * 1_000 },
});

/** Lessons and people enough, put into the school's own database. */
function enlargeSchool(): void {
  const database = new Database(join(server.folder, 'school.db'));
  const row = database.prepare("SELECT * FROM lessons WHERE id = 'making-tea'").get() as Record<string, unknown>;
  const columns = Object.keys(row);
  const lesson = database.prepare(`INSERT INTO lessons (${columns.join(', ')}) VALUES (${columns.map((name) => `@${name}`).join(', ')})`);
  const person = database.prepare("INSERT INTO people (id, name, email, password_hash, role) SELECT ?, ?, ?, password_hash, 'student' FROM people WHERE id = 'of-both'");
  const enrolment = database.prepare("INSERT INTO enrolments (person_id, course_id, since) SELECT ?, course_id, since FROM enrolments WHERE person_id = 'of-both'");
  database.transaction(() => {
    for (let index = 0; index < lessons; index += 1) lesson.run({ ...row, id: `bench-${index}`, timeline_id: `bench-t${index}`, position: 100 + index, duration_ms: lessonMs, source_hash: `bench-${index}` });
    for (let index = 0; index < machines; index += 1) {
      person.run(`bench-${index}`, `Student ${index}`, `bench-${index}@school.test`);
      enrolment.run(`bench-${index}`);
    }
  })();
  database.close();
}

async function writing(): Promise<void> {
  const databases = openDatabases(join(folder, 'writing'));
  const { progress } = machine(databases.ledger);
  const took: number[] = [];
  const began = performance.now();
  const ticks = 2_000;
  for (let tick = 0; tick < ticks; tick += 1) {
    const before = performance.now();
    await progress.report(snapshot(Math.floor(tick / 100), 0, 5 * ((tick % 100) + 1)));
    took.push(performance.now() - before);
  }
  const perSecond = (ticks * 1000) / (performance.now() - began);
  const { waiting } = await progress.outbox();
  const figures = { p99Ms: quantile(took, 0.99), medianMs: median(took), perSecond, coalescing: ticks / waiting };
  console.log(`\nreports with synchronous=FULL: p99 ${figures.p99Ms.toFixed(1)} ms, median ${figures.medianMs.toFixed(2)} ms, ${perSecond.toFixed(0)}/s; ${ticks} ticks of 5 s wait as ${waiting} events (${figures.coalescing.toFixed(0)} x)`);
  await keep({ name: 'progress, writing', ...figures });
  databases.close();
}

async function flushing(): Promise<void> {
  const data = join(folder, 'flushing');
  const databases = openDatabases(data);
  const { progress } = machine(databases.ledger);
  const size = async () => {
    databases.ledger.pragma('wal_checkpoint(TRUNCATE)');
    return (await stat(join(data, 'ledger.db'))).size;
  };
  // The rows as `report` writes them, without its waits.
  await progress.report(snapshot(0, 0, 600));
  const empty = await size();
  const known = databases.ledger.prepare('SELECT * FROM outbox').get() as Record<string, unknown>;
  // A machine that has sent before, whose line then went.
  await progress.sync();
  const columns = Object.keys(known);
  const insert = databases.ledger.prepare(`INSERT INTO outbox (${columns.join(', ')}) VALUES (${columns.map((name) => `@${name}`).join(', ')})`);
  databases.ledger.transaction(() => {
    for (let index = 0; index < events; index += 1) {
      const one = { ...snapshot(Math.floor((index * lessons) / events), index % 1_000, 600), sessionId: randomUUID() };
      insert.run({ ...known, sequence: index + 2, timeline_id: one.timelineId, session_id: one.sessionId, body: storeSnapshot(one) });
    }
    databases.ledger.prepare('UPDATE install SET next_sequence = ?').run(events + 2);
  })();
  const bytesOnDisk = ((await size()) - empty) / events;
  const before = line.requests.length;
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const turns = watchTurns();
  const began = performance.now();
  const view = await progress.sync();
  const seconds = (performance.now() - began) / 1000;
  delay.disable();
  const turn = turns.stop();
  const batches = line.requests.slice(before).filter(({ method }) => method === 'POST');
  const all = line.requests.length - before;
  const bytesOnWire = batches.reduce((sum, { bytesUp }) => sum + bytesUp, 0) / events;
  const figures = { events, left: view.waiting, seconds, requests: all, batches: batches.length, bytesOnWire, bytesOnDisk, turnP99Ms: turn.p99Ms, turnMaxMs: turn.maxMs, delayP99Ms: delay.percentile(99) / 1e6, delayMaxMs: delay.max / 1e6 };
  console.log(`\n${events} events flushed in ${seconds.toFixed(1)} s (${(events / seconds).toFixed(0)}/s) by ${batches.length} batches, ${all} requests in all, ${view.waiting} left; ${bytesOnWire.toFixed(0)} bytes an event on the wire, ${bytesOnDisk.toFixed(0)} on disk; one turn of the loop worked p99 ${figures.turnP99Ms.toFixed(1)} ms, at most ${figures.turnMaxMs.toFixed(1)} ms (by the wall ${figures.delayP99Ms.toFixed(0)} and ${figures.delayMaxMs.toFixed(0)} ms)`);
  await keep({ name: 'progress, flushing', ...figures });
  databases.close();
  const school = new Database(join(server.folder, 'school.db'), { readonly: true });
  const taken = school.prepare('SELECT count(*) FROM progress_events').pluck().get();
  school.close();
  if (view.waiting + view.parked > 0 || taken !== events + 1) throw new Error(`Of ${events} events ${view.waiting} wait, ${view.parked} were refused, and the school has ${String(taken)}`);
}

async function returning(): Promise<void> {
  const empty = openDatabases(join(folder, 'returning'));
  empty.ledger.pragma('journal_mode = DELETE');
  const image = empty.ledger.serialize();
  empty.close();
  const students: { id: string; token: string }[] = [];
  // Two machines each, as at home and at school; and 300 sign-ins a minute is what the school allows from one address.
  for (let index = 0; index < machines / 2; index += 1) {
    const { access_token: own } = (await client.post('/api/auth/token', { email: `bench-${index}@school.test`, password: people.both.password, device_id: `bench-${index}` })).json<{ access_token: string }>();
    students.push(...Array.from({ length: 2 }, () => ({ id: `bench-${index}`, token: own })));
  }
  const all = students.map((student) => machine(new Database(image), student));
  const stops: (() => Promise<void>)[] = [];
  for (const [index, { progress }] of all.entries()) {
    await progress.report(snapshot(index % lessons, 9_000 + index, 5));
    await progress.sync();
    stops.push(progress.start());
  }
  await sleep(2_000);
  for (const [index, { progress }] of all.entries()) await progress.report(snapshot(index % lessons, 9_000 + index, 10));
  const before = line.requests.length;
  for (const { comeBack } of all) comeBack();
  const windowSeconds = machines / 50;
  await sleep(windowSeconds * 1000 + 3_000);
  const arrivals = line.requests.slice(before).filter(({ method }) => method === 'POST').map(({ startedAt }) => startedAt);
  const first = Math.min(...arrivals);
  const seconds = Array.from({ length: Math.ceil(windowSeconds) }, (_, second) => arrivals.filter((at) => Math.floor((at - first) / 1000) === second).length);
  const mean = arrivals.length / windowSeconds;
  if (arrivals.length !== machines) throw new Error(`${arrivals.length} batches came of ${machines} machines`);
  const figures = { machines, arrivals: arrivals.length, windowSeconds, mean, peak: Math.max(...seconds), peakToMean: Math.max(...seconds) / mean };
  console.log(`\n${machines} machines whose line comes back at once: ${arrivals.length} batches over ${windowSeconds} s, at most ${figures.peak} in a second, ${figures.peakToMean.toFixed(2)} x the mean`);
  await keep({ name: 'progress, returning', ...figures });
  for (const stop of stops) await stop();
}

try {
  enlargeSchool();
  await writing();
  await flushing();
  await returning();
} finally {
  await line.close();
  await server.close();
  await rm(folder, { recursive: true, force: true });
}
