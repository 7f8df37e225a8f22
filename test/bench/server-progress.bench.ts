// How many events of progress a server takes in a second through its own endpoint, on SQLite with every commit synced. Peer: the
// bytes of the same events as bare rows of a bare SQLite, one transaction a batch, synced as well. Then everything comes ten times
// more while commands change the school beside the server: no table of progress may differ afterwards. Target: 5,000 a second.
import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import Database from 'better-sqlite3';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { hashPassword } from '../../src/server/services/passwords.ts';
import { maxBatchEvents } from '../../src/shared/api/progress.ts';
import { schoolClient } from '../harness/school-client.ts';
import { encodeTinySchool } from '../harness/tiny-school.ts';
import { compare, keep } from './comparison.ts';
import { runSchool } from './run-school.ts';

const run = promisify(execFile);
const runs = Number(process.env['TEACHIFY_BENCH_RUNS'] ?? 3);
const events = Number(process.env['TEACHIFY_BENCH_EVENTS'] ?? 40_000);
const [students, lessons, atATime, replays] = [16, 200, 8, 10];
const batchesEach = Math.ceil(events / students / maxBatchEvents);
const sent = students * batchesEach * maxBatchEvents;
const lessonMs = 1_800_000;
const tables = ['progress', 'progress_events', 'progress_versions', 'sittings', 'notes', 'choices'];
const data = await mkdtemp(join(tmpdir(), 'teachify-bench-intake-'));
const password = 'a room of students';

async function enlargeSchool(): Promise<void> {
  const database = new Database(join(data, 'school.db'));
  const row = database.prepare("SELECT * FROM lessons WHERE id = 'making-tea'").get() as Record<string, unknown>;
  const columns = Object.keys(row);
  const lesson = database.prepare(`INSERT INTO lessons (${columns.join(', ')}) VALUES (${columns.map((name) => `@${name}`).join(', ')})`);
  const person = database.prepare("INSERT INTO people (id, name, email, password_hash, role) VALUES (?, ?, ?, ?, 'student')");
  const enrolment = database.prepare("INSERT INTO enrolments (person_id, course_id, since) VALUES (?, 'tea', 0)");
  const hash = await hashPassword(password);
  database.transaction(() => {
    for (let index = 0; index < lessons; index += 1) lesson.run({ ...row, id: `bench-${index}`, timeline_id: `bench-t${index}`, position: 100 + index, duration_ms: lessonMs, source_hash: `bench-${index}` });
    for (let index = 0; index < students; index += 1) {
      person.run(`bench-${index}`, `Student ${index}`, `bench-${index}@school.test`, hash);
      enrolment.run(`bench-${index}`);
    }
  })();
  database.close();
}

/** A sitting of up to ten minutes somewhere in a lesson; every fiftieth event is a note. */
function eventOf(sequence: number, index: number): object {
  const place = { lesson_id: `bench-${index % lessons}`, timeline_id: `bench-t${index % lessons}` };
  const recorded_at = { boot_id: 'boot', monotonic_ms: sequence * 1000, wall_ms: 1_700_000_000_000 + sequence * 1000 };
  if (sequence % 50 === 0) return { sequence, kind: 'noted', recorded_at, note: { note_id: randomUUID(), ...place, at_ms: 1000, text: 'What was that again?', removed: false } };
  const start = (index * 7_919) % (lessonMs - 600_000);
  const watched = 1_000 * (1 + (index % 600));
  return { sequence, kind: 'watched', recorded_at, snapshot: { session_id: randomUUID(), ...place, epoch: 0, ranges: [[start, start + watched]], watched_ms: watched, position_ms: start + watched } };
}

/** What a machine each of these students kept: one installation, its batches in order. */
function keptBy(tokens: readonly string[]): { token: string; batches: string[] }[] {
  return tokens.map((token) => {
    const install_id = randomUUID();
    const batches = Array.from({ length: batchesEach }, (_, batch) => {
      const numbers = Array.from({ length: maxBatchEvents }, (_, index) => batch * maxBatchEvents + index);
      const sent_at = { boot_id: 'boot', monotonic_ms: 10_000_000, wall_ms: 1_700_010_000_000 };
      return JSON.stringify({ install_id, nonce: randomUUID(), sent_at, events: numbers.map((number) => eventOf(number + 1, number)) });
    });
    return { token, batches };
  });
}

interface Sent {
  readonly ms: number;
  readonly outcomes: Record<string, number>;
  readonly worstMs: number;
}

async function send(file: string, outcome: 'applied' | 'duplicate'): Promise<Sent> {
  const { stdout } = await run(process.execPath, [join(import.meta.dirname, 'server-progress/send-batches.ts'), school.url, file, String(atATime)]);
  const told = JSON.parse(stdout) as Sent;
  if (told.outcomes[outcome] !== sent) throw new Error(`Of ${sent} events, ${JSON.stringify(told.outcomes)}; all were to be "${outcome}"`);
  return told;
}

/** One bare row an event, one synced transaction a batch. */
function writeBare(bodies: readonly string[], index: number): number {
  const parsed = bodies.map((body) => (JSON.parse(body) as { events: object[] }).events.map((event) => JSON.stringify(event)));
  const database = new Database(join(data, `bare-${index}.db`));
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.exec('CREATE TABLE events (id INTEGER PRIMARY KEY, body TEXT NOT NULL)');
  const insert = database.prepare('INSERT INTO events (body) VALUES (?)');
  const began = performance.now();
  for (const batch of parsed) database.transaction(() => batch.forEach((body) => insert.run(body)))();
  const ms = performance.now() - began;
  database.close();
  return ms;
}

/** What the tables of progress hold, each row and each value. */
function contents(): Record<string, string> {
  const database = new Database(join(data, 'school.db'), { readonly: true });
  try {
    return Object.fromEntries(
      tables.map((table) => {
        const rows = database.prepare(`SELECT * FROM ${table}`).raw().all().map((row) => JSON.stringify(row));
        return [table, createHash('sha256').update(rows.sort().join('\n')).digest('hex')];
      }),
    );
  } finally {
    database.close();
  }
}

/** Commands that write to the same database from a process of their own, until they are to stop. */
async function keepSchool(isOver: () => boolean): Promise<number> {
  let commands = 0;
  for (; !isOver(); commands += 1) {
    await run(process.execPath, [join(import.meta.dirname, '../../src/server/main.ts'), 'course', 'add', `Course ${commands}`, '--id', `beside-${commands}`, '--data', data]);
  }
  return commands;
}

const school = await runSchool(data, '--demo-school', await encodeTinySchool());
try {
  await enlargeSchool();
  const client = schoolClient(school.url);
  const tokens: string[] = [];
  for (let index = 0; index < students; index += 1) {
    const answer = await client.post('/api/auth/token', { email: `bench-${index}@school.test`, password, device_id: 'bench' });
    tokens.push(answer.json<{ access_token: string }>().access_token);
  }
  const file = (index: number) => join(data, `kept-${index}.json`);
  let bodies: string[] = [];
  const worst: number[] = [];
  await compare({
    ...{ name: 'events of progress, by HTTP into SQLite', unit: '/s', peer: 'bare rows', runs },
    measureOurs: async (index) => {
      const kept = keptBy(tokens);
      bodies = kept.flatMap(({ batches }) => batches);
      await writeFile(file(index), JSON.stringify(kept));
      const { ms, worstMs } = await send(file(index), 'applied');
      worst.push(worstMs);
      return (sent * 1000) / ms;
    },
    measurePeer: async (index) => (sent * 1000) / writeBare(bodies, index),
    notes: [`${sent} events of ${students} students, ${atATime} machines at a time, ${maxBatchEvents} a batch; at least 5,000/s`, 'the peer neither speaks HTTP nor checks, joins or answers anything'],
  });
  console.log(`  the slowest answer to a batch: ${Math.round(Math.max(...worst))} ms`);

  const before = contents();
  let isOver = false;
  const beside = keepSchool(() => isOver);
  let replayedMs = 0;
  for (let replay = 0; replay < replays; replay += 1) replayedMs += (await send(file(0), 'duplicate')).ms;
  isOver = true;
  const commands = await beside;
  const after = contents();
  const changed = tables.filter((table) => before[table] !== after[table]);
  if (changed.length > 0) throw new Error(`Events that came again changed: ${changed.join(', ')}`);
  const complaints = school.complaints.filter((line) => /SQLITE_BUSY|database is locked|"level":50/.test(line));
  if (complaints.length > 0) throw new Error(`The server complained: ${complaints[0]}`);
  const perSecond = (replays * sent * 1000) / replayedMs;
  console.log(`\n${replays} x the same ${sent} events again, ${commands} commands writing beside them: ${Math.round(perSecond)}/s, no table differs, no SQLITE_BUSY`);
  await keep({ name: 'events of progress that come again', perSecond, replays, commands, changed: 0 });
} finally {
  await school.close();
  await rm(data, { recursive: true, force: true });
}
