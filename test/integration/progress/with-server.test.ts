import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import type { Core } from '../../../src/core/compose.ts';
import { openCoreAtSchool } from '../../harness/core-at-school.ts';
import { openLine, type Line } from '../../harness/line.ts';
import { startSchoolServer, type SchoolServer, type Visitor } from '../../harness/school-server.ts';
import { temporaryFolder } from '../../harness/temporary-folder.ts';

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
async function computer(data = temporaryFolder()) {
  const core = await openCoreAtSchool({ data, url: line.url });
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
