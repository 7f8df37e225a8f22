import Database from 'better-sqlite3';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import type { Core } from '../../../src/core/compose.ts';
import { openDatabases } from '../../../src/core/database/databases.ts';
import { endpoints } from '../../../src/shared/api/endpoints.ts';
import { openCoreAtSchool } from '../../harness/core-at-school.ts';
import { openLine, type Line } from '../../harness/line.ts';
import { startSchoolServer, type SchoolServer, type Visitor } from '../../harness/school-server.ts';
import { signInAs } from '../../harness/staff.ts';
import { temporaryFolder } from '../../harness/temporary-folder.ts';
import { people } from '../../harness/tiny-school.ts';

const batches = /\/progress\/batches$/;
let school: SchoolServer;
let onTheWeb: Visitor;
let line: Line;
let timelineId = '';

beforeAll(async () => {
  school = await startSchoolServer();
  onTheWeb = await school.signIn('both');
  line = await openLine({ target: school.url });
  const lesson = (await (await onTheWeb.get('/api/lessons/making-tea')).json()) as { timeline_id: string };
  timelineId = lesson.timeline_id;
});
afterAll(async () => {
  await line.close();
  await school.close();
});

/** The student's computer; what it holds lies in `data`. */
async function computer(data = temporaryFolder(), who: keyof typeof people = 'both') {
  const core = await openCoreAtSchool({ data, url: line.url, who });
  let open = true;
  const close = async () => {
    if (open) await core.dispose();
    open = false;
  };
  onTestFinished(close);
  return { core, data, close };
}

function watch({ progress }: Core, sessionId: string, start: number, end: number) {
  const watchedMs = end - start;
  return progress.report({ sessionId, lessonId: 'making-tea', timelineId, epoch: 0, ranges: [[start, end]], watchedMs, positionMs: end });
}

/** What the server knows, by sitting. */
async function atSchool(): Promise<Record<string, number>> {
  const answer = (await (await onTheWeb.get('/api/progress')).json()) as {
    progress: { lesson_id: string; sessions: { session_id: string; watched_ms: number }[] }[];
  };
  const row = answer.progress.find(({ lesson_id: id }) => id === 'making-tea');
  return Object.fromEntries((row?.sessions ?? []).map(({ session_id: id, watched_ms: ms }) => [id, ms]));
}

it('what the server took is counted once when its answer was lost', async () => {
  const { core } = await computer();
  await watch(core, 'lost-answer', 0, 700);
  line.dropAnswers({ every: 1, path: batches });
  expect(await core.progress.sync()).toMatchObject({ waiting: 1 });
  expect(await atSchool()).toMatchObject({ 'lost-answer': 700 });
  line.dropAnswers(null);
  expect(await core.progress.sync()).toMatchObject({ waiting: 0, parked: 0 });
  expect(await atSchool()).toMatchObject({ 'lost-answer': 700 });
  expect(await core.progress.lessons()).toMatchObject([{ lessonId: 'making-tea', watchedMs: 700 }]);
});

it('what a machine has sent itself is not told to it again, and what another one sent is', async () => {
  const { core } = await computer();
  await core.progress.sync();
  const told: number[] = [];
  const stop = core.progress.changed((rows) => void told.push(rows.length));
  const since = () => line.queries.filter((query) => query.startsWith('since='));
  const before = since().at(-1);
  await watch(core, 'own', 1200, 1300);
  await core.progress.sync();
  await core.progress.sync();
  expect(since().at(-1)).not.toBe(before);
  // Said when it was reported, and when it was acknowledged; the second time there was nothing new.
  expect(told).toEqual([1, 1]);
  const other = await computer();
  await other.core.progress.sync();
  await watch(other.core, 'of-another', 1300, 1400);
  await other.core.progress.sync();
  await core.progress.sync();
  stop();
  expect(told).toEqual([1, 1, 1]);
  const [elsewhere] = await other.core.progress.lessons();
  expect(await core.progress.lessons()).toMatchObject([{ ranges: elsewhere?.ranges, watchedMs: elsewhere?.watchedMs }]);
});

it('what the server took is counted once when whoever stands before it answered 503', async () => {
  const { core } = await computer();
  await watch(core, 'a-503', 1000, 1200);
  line.dropAnswers({ every: 1, path: batches, status: 503 });
  for (let times = 0; times < 3; times += 1) expect(await core.progress.sync()).toMatchObject({ waiting: 1, parked: 0 });
  expect(await atSchool()).toMatchObject({ 'a-503': 200 });
  line.dropAnswers(null);
  expect(await core.progress.sync()).toMatchObject({ waiting: 0, parked: 0 });
  expect(await atSchool()).toMatchObject({ 'a-503': 200 });
});

it('of a student whom the school shuts out while it sends, what was watched is held, and arrives when the school lets them in again', async () => {
  const office = await signInAs(school, 'admin', 'letters');
  const setDisabled = (disabled: boolean) => office.ask(endpoints.person('of-tea'), { method: 'PATCH', body: JSON.stringify({ disabled }), headers: { 'content-type': 'application/json' } });
  const { core } = await computer(temporaryFolder(), 'tea');
  await watch(core, 'shut-out', 0, 300);
  const { status } = await setDisabled(true);
  expect(status).toBe(200);
  expect(await core.progress.sync()).toMatchObject({ waiting: 1, parked: 0 });
  await setDisabled(false);
  await core.accounts.signIn(people.tea.email, people.tea.password);
  expect(await core.progress.sync()).toMatchObject({ waiting: 0, parked: 0 });
  expect(await core.progress.lessons()).toMatchObject([{ watchedMs: 300 }]);
});

it('a log-in page that answers everything with 200 is no answer: what was watched waits and arrives later', async () => {
  const { core } = await computer();
  line.setCaptivePortal(true);
  await watch(core, 'in-a-hotel', 800, 1000);
  const asked = () => line.requests.filter(({ path }) => batches.test(path)).length;
  const before = asked();
  expect(await core.progress.sync()).toMatchObject({ waiting: 1, parked: 0 });
  expect(asked()).toBeGreaterThan(before);
  expect(await atSchool()).not.toHaveProperty('in-a-hotel');
  line.setCaptivePortal(false);
  await core.connectivity.probe();
  expect(await core.progress.sync()).toMatchObject({ waiting: 0, parked: 0 });
  expect(await atSchool()).toMatchObject({ 'in-a-hotel': 200 });
});

it('of a data folder that was copied nothing is lost, on the first computer nor on its copy', async () => {
  const first = await computer();
  await watch(first.core, 'before-the-copy', 0, 100);
  await first.core.progress.sync();
  await first.close();
  const copy = join(temporaryFolder(), 'copy');
  cpSync(first.data, copy, { recursive: true });

  const original = await computer(first.data);
  await watch(original.core, 'on-the-original', 100, 300);
  await watch(original.core, 'on-the-original-too', 300, 400);
  await original.core.progress.sync();
  const copied = await computer(copy);
  await watch(copied.core, 'on-the-copy', 400, 450);
  await watch(copied.core, 'on-the-copy-too', 450, 480);
  await watch(copied.core, 'on-the-copy-again', 480, 500);
  expect(await copied.core.progress.sync()).toMatchObject({ waiting: 0, parked: 0 });
  expect(await original.core.progress.sync()).toMatchObject({ waiting: 0, parked: 0 });
  const everything = {
    ...{ 'before-the-copy': 100, 'on-the-original': 200, 'on-the-original-too': 100 },
    ...{ 'on-the-copy': 50, 'on-the-copy-too': 30, 'on-the-copy-again': 20 },
  };
  expect(await atSchool()).toMatchObject(everything);
  const [onOriginal] = await original.core.progress.lessons();
  expect(await copied.core.progress.lessons()).toMatchObject([{ watchedMs: onOriginal?.watchedMs }]);
});

it('a ledger that somebody put back as it was yesterday forgets nothing the school knows, and what is watched on it arrives', async () => {
  const yesterday = await computer();
  await watch(yesterday.core, 'sent-yesterday', 0, 100);
  await yesterday.core.progress.sync();
  await watch(yesterday.core, 'not-sent-yesterday', 100, 130);
  await yesterday.close();
  const kept = readFileSync(join(yesterday.data, 'ledger.db'));

  // Of today the school hears all, among it what the kept ledger takes for unsaid; sittings of it go on.
  const today = await computer(yesterday.data);
  await watch(today.core, 'not-sent-yesterday', 100, 160);
  await watch(today.core, 'of-today', 200, 260);
  await today.core.progress.sync();
  await watch(today.core, 'of-today', 200, 300);
  await watch(today.core, 'of-today-too', 300, 320);
  await today.core.progress.sync();
  await today.close();
  const known = { 'sent-yesterday': 100, 'not-sent-yesterday': 60, 'of-today': 100, 'of-today-too': 20 };
  expect(await atSchool()).toMatchObject(known);

  for (const name of ['ledger.db-wal', 'ledger.db-shm']) rmSync(join(yesterday.data, name), { force: true });
  writeFileSync(join(yesterday.data, 'ledger.db'), kept);
  const after = await computer(yesterday.data);
  await watch(after.core, 'put-back', 400, 450);
  await watch(after.core, 'of-today', 200, 210);
  const noted = await after.core.notes.save({ noteId: null, lessonId: 'making-tea', timelineId, atMs: 5, text: 'After it was put back' });
  for (let times = 0; times < 3; times += 1) expect(await after.core.progress.sync()).toMatchObject({ waiting: 0, parked: 0 });
  expect(await atSchool()).toMatchObject({ ...known, 'put-back': 50 });
  const sittings = await atSchool();
  expect(await after.core.progress.lessons()).toMatchObject([{ watchedMs: Object.values(sittings).reduce((sum, ms) => sum + ms, 0) }]);
  const another = await computer();
  await another.core.progress.sync();
  expect((await another.core.notes.list('making-tea')).map(({ noteId }) => noteId)).toContain(noted.noteId);
});

it('a lesson that is started anew counts as not watched on every computer, whatever an old player still says', async () => {
  const { core } = await computer(temporaryFolder(), 'tea');
  const other = await computer(temporaryFolder(), 'tea');
  await watch(core, 'before', 0, 400);
  await core.progress.sync();
  await other.core.progress.sync();
  const [before] = await other.core.progress.lessons();
  expect(before?.ranges).toEqual([[0, 400]]);
  const anew = { ranges: [], percent: 0, watchedMs: 0, positionMs: 0, done: false };
  expect(await core.progress.startAnew(timelineId)).toMatchObject(anew);
  // Of the round before: the other computer has not heard yet.
  await watch(other.core, 'before-too', 400, 600);
  expect(await core.progress.sync()).toMatchObject({ waiting: 0, parked: 0 });
  expect(await other.core.progress.sync()).toMatchObject({ waiting: 0, parked: 0 });
  expect(await other.core.progress.lessons()).toMatchObject([anew]);
  await school.clock.advance(60_000);
  await core.progress.report({ sessionId: 'after', lessonId: 'making-tea', timelineId, epoch: 1, ranges: [[0, 100]], watchedMs: 100, positionMs: 100 });
  await core.progress.sync();
  await other.core.progress.sync();
  expect(await other.core.progress.lessons()).toMatchObject([{ ranges: [[0, 100]], watchedMs: 100, positionMs: 100 }]);
  await expect(core.progress.startAnew('never-watched')).rejects.toMatchObject({ code: 'not_found' });
});

it('a computer whose power went between the two writings of a changed course knows it as soon as it starts, without a line', async () => {
  const first = await computer();
  await first.core.progress.sync();
  await watch(first.core, 'before-it-was-off', 0, 3000);
  await first.core.progress.sync();
  const doneOn = async (one: Core) => (await one.progress.lessons()).find(({ timelineId: id }) => id === timelineId)?.done;
  expect(await doneOn(first.core)).toBe(false);
  await first.close();
  // The catalogue's is the first of them.
  const databases = openDatabases(first.data);
  databases.content.prepare("UPDATE catalog_lessons SET body = json_set(body, '$.donePercent', 4)").run();
  databases.close();
  await line.cut();
  onTestFinished(() => line.resume());
  const { core } = await computer(first.data);
  await expect.poll(() => doneOn(core)).toBe(true);
});

it('what a course asks of its students may change: what they watched is judged anew on every computer, and what was done stays so', async () => {
  const teacher = await signInAs(school, 'admin', 'letters');
  const ask = (percent: number) =>
    teacher.ask(endpoints.teaching('tea'), { method: 'PATCH', body: JSON.stringify({ done_percent: percent }), headers: { 'content-type': 'application/json' } });
  const { core, data, close } = await computer(temporaryFolder(), 'tea');
  await core.progress.sync();
  const { epoch } = await core.progress.resumePoint(timelineId);
  await core.progress.report({ sessionId: 'a-tenth', lessonId: 'making-tea', timelineId, epoch, ranges: [[0, 2200]], watchedMs: 2200, positionMs: 2200 });
  await core.progress.sync();
  const doneOn = async (one: Core) => (await one.progress.lessons()).find(({ timelineId: id }) => id === timelineId)?.done;
  expect(await doneOn(core)).toBe(false);
  const told: boolean[] = [];
  core.progress.changed((rows) => void told.push(...rows.filter(({ timelineId: id }) => id === timelineId).map(({ done }) => done)));

  expect((await ask(5)).status).toBe(200);
  await core.catalog.refresh();
  await expect.poll(() => told.at(-1)).toBe(true);
  expect(await doneOn(core)).toBe(true);
  await close();
  expect((await ask(90)).status).toBe(200);

  const again = await computer(data, 'tea');
  await again.core.progress.sync();
  const another = await computer(temporaryFolder(), 'tea');
  await another.core.progress.sync();
  expect([await doneOn(again.core), await doneOn(another.core)]).toEqual([true, true]);
});

it('what a course asked for less for a while made done stays done here, though the line brings the catalogue and nothing else', async () => {
  const teacher = await signInAs(school, 'admin', 'letters');
  const ask = async (percent: number) =>
    expect((await teacher.ask(endpoints.teaching('tea'), { method: 'PATCH', body: JSON.stringify({ done_percent: percent }), headers: { 'content-type': 'application/json' } })).status).toBe(200);
  await ask(90);
  const { core, data, close } = await computer(temporaryFolder(), 'tea');
  await core.progress.sync();
  await core.progress.startAnew(timelineId);
  const { epoch } = await core.progress.resumePoint(timelineId);
  await core.progress.report({ sessionId: 'known-to-the-school', lessonId: 'making-tea', timelineId, epoch, ranges: [[0, 2200]], watchedMs: 2200, positionMs: 2200 });
  await core.progress.sync();
  const doneOn = async (one: Core) => (await one.progress.lessons()).find(({ timelineId: id }) => id === timelineId)?.done;
  const shareHere = () => {
    const ledger = new Database(join(data, 'ledger.db'), { readonly: true });
    onTestFinished(() => void ledger.close());
    return ledger.prepare('SELECT done_percent FROM progress WHERE timeline_id = ?').pluck().get(timelineId);
  };
  expect(await doneOn(core)).toBe(false);

  // Not a word about progress comes through from now on.
  line.dropAnswers({ every: 1, path: /\/progress/ });
  onTestFinished(() => line.dropAnswers(null));
  const follow = async (percent: number) => {
    await ask(percent);
    await core.catalog.refresh();
    await expect.poll(shareHere).toBe(percent);
  };
  await follow(5);
  expect(await doneOn(core)).toBe(true);
  await follow(90);
  expect(await doneOn(core)).toBe(true);
  await close();
  const again = await computer(data, 'tea');
  expect(await doneOn(again.core)).toBe(true);
  // Only the student takes it away.
  await again.core.progress.startAnew(timelineId);
  expect(await doneOn(again.core)).toBe(false);
  line.dropAnswers(null);
  await again.core.progress.sync();
  expect(await doneOn(again.core)).toBe(false);
});
