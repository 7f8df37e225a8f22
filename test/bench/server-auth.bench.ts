// What it costs to know who asks. Peer: the same routes of the same application on the same database, which take every bearer for
// one student without a look. Then sixty students who sign in at once from one address. Targets: 0.5, p99 of 30 ms at 60 clients, 2 s.
import { execFile } from 'node:child_process';
import Database from 'better-sqlite3';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { hashPassword } from '../../src/server/services/passwords.ts';
import { schoolClient } from '../harness/school-client.ts';
import { encodeTinySchool } from '../harness/tiny-school.ts';
import { compare, keep, median } from './comparison.ts';
import { runListening, runSchool } from './run-school.ts';
import { runWrk, type Served } from './wrk/run-wrk.ts';

const run = promisify(execFile);
const runs = Number(process.env['TEACHIFY_BENCH_RUNS'] ?? 5);
const seconds = Number(process.env['TEACHIFY_BENCH_SECONDS'] ?? 4);
const [clients, perSecond, password] = [60, 5, 'sixty seats'];
const data = await mkdtemp(join(tmpdir(), 'teachify-bench-auth-'));

async function seatStudents(): Promise<void> {
  const database = new Database(join(data, 'school.db'));
  const person = database.prepare("INSERT INTO people (id, name, email, password_hash, role) VALUES (?, ?, ?, ?, 'student')");
  const enrolment = database.prepare('INSERT INTO enrolments (person_id, course_id, since) VALUES (?, ?, 0)');
  const hash = await hashPassword(password);
  database.transaction(() => {
    for (let seat = 0; seat < clients; seat += 1) {
      person.run(`seat-${seat}`, `Seat ${seat}`, `seat-${seat}@school.test`, hash);
      for (const course of ['tea', 'letters']) enrolment.run(`seat-${seat}`, course);
    }
  })();
  database.close();
}

const signIn = async () => JSON.parse((await run(process.execPath, [join(import.meta.dirname, 'server-auth/sign-in.ts'), school.url, String(clients), password])).stdout) as { ms: number; tokens: string[] };

const school = await runSchool(data, '--demo-school', await encodeTinySchool());
await seatStudents();
const open = await runListening(join(import.meta.dirname, 'server-auth/serve-open.ts'), [data, 'seat-0']);
try {
  const { tokens } = await signIn();
  const changes = '/api/changes?since=';
  const { cursor } = (await schoolClient(school.url, tokens[0]).ask(`${changes}0`)).json<{ cursor: number }>();
  const routes = { 'the courses of a student': '/api/courses', 'what changed since, which is nothing': `${changes}${cursor}`, 'one lesson': '/api/lessons/making-tea' };
  for (const [what, path] of Object.entries(routes)) {
    const asks = join(data, 'asks');
    await writeFile(asks, tokens.map((token) => `${path}\tauthorization\tBearer ${token}\n`).join(''));
    const load = { asks, connections: clients, seconds };
    for (const { url } of [school, open]) await runWrk({ ...load, url, seconds: 1 });
    const seen: Served[] = [];
    await compare({
      ...{ name: `authenticated: ${what}`, unit: '/s', peer: 'open', runs },
      measureOurs: async () => {
        seen.push(await runWrk({ ...load, url: school.url }));
        return seen.at(-1)?.perSecond ?? NaN;
      },
      measurePeer: async () => (await runWrk({ ...load, url: open.url })).perSecond,
      notes: [`GET ${path.replace(/\d+$/, 'N')}, ${clients} clients with a token each, without pause; at least 0.5`],
    });
    console.log(`  ours without pause: median ${median(seen.map((one) => one.medianMs)).toFixed(1)} ms, p99 ${median(seen.map((one) => one.p99Ms)).toFixed(1)} ms`);
    const paced: number[] = [];
    for (let index = 0; index < runs; index += 1) {
      const args = [join(import.meta.dirname, 'server-auth/ask-at-a-pace.ts'), school.url, asks, String(perSecond), String(seconds)];
      paced.push((JSON.parse((await run(process.execPath, args)).stdout) as { p99Ms: number }).p99Ms);
    }
    console.log(`  ours, each client asking ${perSecond} times a second: p99 ${median(paced).toFixed(1)} ms (less than 30)`);
    await keep({ name: `authenticated, p99: ${what}`, clients, perSecond, p99Ms: median(paced), all: paced });
  }
  await compare({
    ...{ name: `${clients} sign-ins at once from one address`, unit: 'ms', peer: 'allowed', runs: Math.min(runs, 4) },
    measureOurs: async () => (await signIn()).ms,
    measurePeer: async () => 2_000,
    notes: ['argon2id of 19 MiB in two passes each, until the last one is in; from one address a fifth class would be held back for the rest of a minute'],
  });
} finally {
  await Promise.all([school.close(), open.close()]);
  await rm(data, { recursive: true, force: true });
}
