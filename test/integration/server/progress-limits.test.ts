import { afterAll, beforeAll, expect, it } from 'vitest';
import { fromWire } from '../../../src/shared/api/codec.ts';
import { progressPullSchema } from '../../../src/shared/api/progress.ts';
import { courseReportSchema } from '../../../src/shared/api/teaching.ts';
import { openStore } from '../../../src/server/store/database.ts';
import { schoolClient, type SchoolClient } from '../../harness/school-client.ts';
import { startSchoolServer, type SchoolServer } from '../../harness/school-server.ts';

/** What no machine of ours says, but anyone with a password may: it must spoil nothing, least of all for the teacher. */
let school: SchoolServer;
let student: SchoolClient;
let teacher: SchoolClient;
let timeline = '';
const course = '/api/teaching/courses/tea';
const clock = { boot_id: 'boot', monotonic_ms: 1000, wall_ms: 1_000_000 };
const [most, least] = [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];

const event = (sequence: number, fields: object) => ({
  ...{ sequence, kind: 'watched', recorded_at: clock },
  snapshot: { session_id: 'session', lesson_id: 'making-tea', timeline_id: timeline, epoch: 0, ranges: [[0, 1000]], watched_ms: 1000, position_ms: 1000, ...fields },
});
const send = async (installId: string, events: object[], sentAt: object = clock) => {
  const answer = await student.post('/api/progress/batches', { install_id: installId, nonce: 'a-nonce-of-mine', sent_at: sentAt, events });
  return [answer.status, ...(answer.json<{ results?: { outcome: string }[] }>().results ?? []).map(({ outcome }) => outcome)];
};
/** Read as an app reads it. */
const pulled = async () => fromWire(progressPullSchema, (await student.ask('/api/progress')).json());
const report = async () => fromWire(courseReportSchema, (await teacher.ask(course)).json());
const reports = async () => (await Promise.all(['', '/students.csv', '/xapi.json'].map((path) => teacher.ask(`${course}${path}`)))).map(({ status }) => status);

beforeAll(async () => {
  school = await startSchoolServer();
  student = schoolClient(school.url, (await school.signIn('tea')).tokens?.accessToken);
  teacher = schoolClient(school.url, (await school.signIn('both')).tokens?.accessToken);
  timeline = (await student.ask('/api/lessons/making-tea')).json<{ timeline_id: string }>().timeline_id;
  const store = await openStore(school.database);
  await store.updateTable('people').set({ role: 'teacher' }).where('id', '=', 'of-both').execute();
  await store.updateTable('lessons').set({ duration_ms: 60 * 60 * 1000 }).where('id', '=', 'making-tea').execute();
  await store.destroy();
});
afterAll(() => school.close());

it('a report from before there were dates, and sittings without end, leave every report readable', async () => {
  const ancient = { ...event(1, { session_id: 'ancient', watched_ms: most }), recorded_at: { boot_id: 'earlier', monotonic_ms: 0, wall_ms: least } };
  expect(await send('ancient', [ancient, event(2, { session_id: 'endless', watched_ms: most })], { ...clock, wall_ms: most })).toEqual([200, 'applied', 'applied']);
  expect((await pulled()).progress).toMatchObject([{ epoch: 0, position: { stamp: { at: school.clock.now() } } }]);
  expect((await report()).students).toMatchObject([{ studentId: 'of-tea' }]);
  expect(await reports()).toEqual([200, 200, 200]);
  expect(await send('ancient', [event(3, { session_id: 'endless', watched_ms: most })])).toEqual([200, 'applied']);
});

it('a lesson watched in ever so many pieces is taken, told and joined again', async () => {
  const pieces = (offset: number) => Array.from({ length: 10_000 }, (_, index) => [index * 4 + offset, index * 4 + offset + 1]);
  for (const [index, offset] of [1, 3].entries()) expect(await send('pieces', [event(index + 1, { epoch: 1, session_id: 'pieces', ranges: pieces(offset) })])).toEqual([200, 'applied']);
  expect(await send('pieces', [event(3, { epoch: 1, session_id: 'pieces', ranges: [[0, 100]] })])).toEqual([200, 'applied']);
  expect((await pulled()).progress[0]?.ranges).toHaveLength(20_000 - 50 + 1);
  expect(await reports()).toEqual([200, 200, 200]);
});

it('a lesson in more pieces than anybody watches is refused, and what was known stands', async () => {
  const pieces = (part: number) => Array.from({ length: 10_000 }, (_, index) => [100_000 + (part * 10_000 + index) * 2, 100_001 + (part * 10_000 + index) * 2]);
  const outcomes = [];
  for (let part = 0; part < 6; part += 1) outcomes.push(...(await send('dust', [event(part + 1, { epoch: 2, session_id: 'dust', ranges: pieces(part) })])));
  expect(outcomes.filter((outcome) => outcome !== 200)).toEqual(['applied', 'applied', 'applied', 'applied', 'applied', 'reject']);
  expect((await pulled()).progress[0]?.ranges).toHaveLength(50_000);
});

it('an event that comes again with its keys in another order is the same event', async () => {
  const one = event(1, { epoch: 3, session_id: 'turned round' });
  const turned = (value: unknown): unknown =>
    Array.isArray(value) ? value.map(turned) : typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).toReversed().map(([key, inner]) => [key, turned(inner)])) : value;
  const again = turned(one) as object;
  expect(JSON.stringify(again)).not.toBe(JSON.stringify(one));
  expect([await send('turned', [one]), await send('turned', [again])]).toEqual([[200, 'applied'], [200, 'duplicate']]);
});

it('an event from the future is of now', async () => {
  const future = { ...event(1, { epoch: 4, position_ms: 70 }), recorded_at: { boot_id: 'earlier', monotonic_ms: 0, wall_ms: clock.wall_ms + 10 * 365 * 24 * 60 * 60 * 1000 } };
  expect(await send('future', [future, { ...event(2, { epoch: 4, position_ms: 80 }), recorded_at: { ...clock, monotonic_ms: most } }])).toEqual([200, 'applied', 'applied']);
  expect((await pulled()).progress[0]?.position).toMatchObject({ ms: 80, stamp: { at: school.clock.now() } });
});
