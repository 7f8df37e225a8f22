import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runSchoolCommand } from '../../../src/server/cli/school-commands.ts';
import { isPostgresAddress } from '../../../src/server/store/postgres.ts';
import { schoolClient, type SchoolClient } from '../../harness/school-client.ts';
import { startSchoolServer, type SchoolServer } from '../../harness/school-server.ts';
import { signInAs } from '../../harness/staff.ts';
import { temporaryFolder } from '../../harness/temporary-folder.ts';

let school: SchoolServer;
let office: SchoolClient;
beforeAll(async () => {
  school = await startSchoolServer();
  office = await signInAs(school, 'admin', 'letters');
});
afterAll(() => school.close());

async function command(...line: string[]): Promise<void> {
  await runSchoolCommand(line, { env: { TEACHIFY_SERVER_DATA: school.folder, DATABASE_URL: isPostgresAddress(school.database) ? school.database : '' }, now: () => school.clock.now(), print: () => {}, read: async () => '' });
}

/** The course as a folder, in which it asks for so much. */
async function exportedAsking(percent: number): Promise<string> {
  const folder = join(temporaryFolder(), 'tea');
  await command('course', 'export', 'tea', folder);
  const file = join(folder, 'course.json');
  const described = JSON.parse(readFileSync(file, 'utf8')) as { course: object };
  writeFileSync(file, JSON.stringify({ ...described, course: { ...described.course, donePercent: percent } }));
  return folder;
}

const edit = async (percent: number) => {
  const { status } = await office.ask('/api/school/courses/tea', { method: 'PATCH', body: JSON.stringify({ done_percent: percent }), headers: { 'content-type': 'application/json' } });
  expect(status).toBe(200);
};
const ways = [
  { way: 'the course’s page', ask: edit },
  { way: 'the command line', ask: (percent: number) => command('course', 'edit', 'tea', '--done-percent', String(percent)) },
  { way: 'a folder that is imported', ask: async (percent: number) => command('course', 'import', await exportedAsking(percent)) },
];

interface Told {
  readonly progress: { readonly lesson_id: string; readonly done: boolean; readonly version: number }[];
  readonly cursor: number;
}

describe.each(ways)('a course that comes to ask for more by $way', ({ way, ask }) => {
  let student: SchoolClient;
  let timeline = '';
  let durationMs = 0;
  beforeAll(async () => {
    await edit(90);
    student = schoolClient(school.url, (await school.signIn('tea')).tokens?.accessToken);
    const lesson = (await student.ask('/api/lessons/making-tea')).json<{ timeline_id: string; duration_ms: number }>();
    timeline = lesson.timeline_id;
    durationMs = lesson.duration_ms;
  });

  /** Each way has rounds of its own: a new epoch is a lesson that nobody has watched. */
  const watch = async (epoch: number, share: number) => {
    const clock = { boot_id: 'boot', monotonic_ms: 1000, wall_ms: 1_000_000 };
    const until = Math.ceil(durationMs * share);
    const snapshot = { session_id: `${way} ${epoch}`, lesson_id: 'making-tea', timeline_id: timeline, epoch, ranges: [[0, until]], watched_ms: until, position_ms: until };
    const batch = { install_id: `by ${way} ${epoch}`.slice(0, 60), nonce: 'a-nonce-of-mine', sent_at: clock, events: [{ sequence: 1, kind: 'watched', recorded_at: clock, snapshot }] };
    expect((await student.post('/api/progress/batches', batch)).json()).toMatchObject({ results: [{ outcome: 'applied' }] });
  };
  const told = async (since = 0) => (await student.ask(`/api/progress?since=${since}`)).json<Told>();
  const epochOf = ways.findIndex((one) => one.way === way) * 2 + 1;

  it('takes nothing away from who was done, and tells every machine of theirs', async () => {
    await watch(epochOf, 0.5);
    const before = await told();
    expect(before.progress).toMatchObject([{ done: false }]);
    await ask(40);
    expect((await told()).progress).toMatchObject([{ done: true }]);
    await ask(95);
    expect((await told(before.cursor)).progress).toMatchObject([{ lesson_id: 'making-tea', done: true }]);
    await ask(96);
    // Written down once, it is not told again.
    const after = await told();
    expect(after.progress).toMatchObject([{ done: true }]);
    expect((await told(after.cursor)).progress).toEqual([]);
  });

  it('gives nobody what they never had, and a round that is begun anew begins with nothing', async () => {
    await ask(40);
    await watch(epochOf + 1, 0.3);
    expect((await told()).progress).toMatchObject([{ done: false }]);
    await ask(60);
    expect((await told()).progress).toMatchObject([{ done: false }]);
    await ask(30);
    expect((await told()).progress).toMatchObject([{ done: true }]);
  });
});
