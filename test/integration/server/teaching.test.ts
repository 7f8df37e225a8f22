import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../../../src/server/store/database.ts';
import { schoolClient, type SchoolClient } from '../../harness/school-client.ts';
import { startSchoolServer, type SchoolServer } from '../../harness/school-server.ts';

let school: SchoolServer;
let teacher: SchoolClient;
let student: SchoolClient;
let timeline = '';
let durationMs = 0;
const course = '/api/teaching/courses/tea';
const clock = { boot_id: 'boot', monotonic_ms: 1000, wall_ms: 1_000_000 };

/** One report of a sitting, as a machine of its own sends it. */
function watch(client: SchoolClient, sessionId: string, ranges: [number, number][], installId = sessionId) {
  const watched = ranges.reduce((sum, [start, end]) => sum + end - start, 0);
  const snapshot = { session_id: sessionId, lesson_id: 'making-tea', timeline_id: timeline, epoch: 0, ranges, watched_ms: watched, position_ms: ranges.at(-1)?.[1] ?? 0 };
  return client.post('/api/progress/batches', { install_id: installId, nonce: 'a-nonce-of-mine', sent_at: clock, events: [{ sequence: 1, kind: 'watched', recorded_at: clock, snapshot }] });
}

beforeAll(async () => {
  school = await startSchoolServer();
  const both = (await school.signIn('both')).tokens?.accessToken;
  student = schoolClient(school.url, (await school.signIn('tea')).tokens?.accessToken);
  teacher = schoolClient(school.url, both);
  const lesson = (await student.ask('/api/lessons/making-tea')).json<{ timeline_id: string; duration_ms: number }>();
  timeline = lesson.timeline_id;
  durationMs = lesson.duration_ms;
  const store = await openStore(school.database);
  // Two more students of the course, and one who teaches it.
  for (const [id, name] of [['ada', 'Ada'], ['eve', '=HYPERLINK("http://elsewhere.test")']] as const) {
    await store.insertInto('people').values({ id, name, email: `${id}@school.test`, password_hash: '-', role: 'student' }).execute();
    await store.insertInto('enrolments').values({ person_id: id, course_id: 'tea', since: 0, until: null }).execute();
  }
  // What they watched, before one of them began to teach.
  await watch(student, 'first', [[0, 2000]]);
  await watch(student, 'second', [[500, 2500]]);
  await watch(teacher, 'own', [[0, 500]]);
  await store.updateTable('progress').set({ person_id: 'ada' }).where('person_id', '=', 'of-both').execute();
  await store.updateTable('sittings').set({ person_id: 'ada' }).where('person_id', '=', 'of-both').execute();
  const sitting = { person_id: 'ada', timeline_id: timeline, epoch: 0 };
  await store.insertInto('sittings').values({ ...sitting, session_id: 'again', ranges: '[[0,1900]]', watched_ms: 1900, seen_at: 5 }).execute();
  await store.insertInto('sittings').values({ ...sitting, session_id: 'once more', ranges: '[[400,3000]]', watched_ms: 2100, seen_at: 6 }).execute();
  await store.updateTable('people').set({ role: 'teacher' }).where('id', '=', 'of-both').execute();
  await store.destroy();
});
afterAll(() => school.close());

interface Report {
  done_percent: number;
  lessons: { lesson_id: string; students: number; watched_by: number; done_by: number; median_percent: number; stops: number[]; rewatched: { start_ms: number; end_ms: number; students: number }[] }[];
  students: { student_id: string; percent: number; last_seen: number | null; falls_behind: boolean; watched_ms: number }[];
}

describe('a teacher', () => {
  it('learns how a lesson fares: by how many, how far, where they stop, what they watch again', async () => {
    const { lessons } = (await teacher.ask(course)).json<Report>();
    const making = lessons.find(({ lesson_id: id }) => id === 'making-tea');
    expect(making).toMatchObject({ students: 3, watched_by: 2, done_by: 0 });
    const percents = [250_000 / durationMs, 50_000 / durationMs].map(Math.floor);
    expect(making?.median_percent).toBe(((percents[0] ?? 0) + (percents[1] ?? 0)) / 2);
    const stops = Array.from({ length: 20 }, (_, bin) => [2500, 500].filter((ms) => Math.floor((ms * 20) / durationMs) === bin).length);
    expect(making?.stops).toEqual(stops);
    expect(making?.rewatched).toEqual([{ start_ms: 500, end_ms: 1900, students: 2 }]);
  });

  it('learns how each student fares, and who falls behind', async () => {
    const { students } = (await teacher.ask(course)).json<Report>();
    expect(students.map(({ student_id: id }) => id).toSorted()).toEqual(['ada', 'eve', 'of-tea']);
    const one = students.find(({ student_id: id }) => id === 'of-tea');
    expect(one).toMatchObject({ falls_behind: false, watched_ms: 4000, last_seen: school.clock.now() });
    expect(students.find(({ student_id: id }) => id === 'eve')).toMatchObject({ percent: 0, last_seen: null, falls_behind: true });
  });

  it('is not told of a student who came today that they were silent', async () => {
    const letters = '/api/teaching/courses/letters';
    const store = await openStore(school.database);
    const silent = [];
    for (const days of [0, 15]) {
      await store.updateTable('enrolments').set({ since: school.clock.now() - days * 24 * 60 * 60 * 1000 }).where('course_id', '=', 'letters').execute();
      silent.push((await teacher.ask(letters)).json<Report>().students.map(({ last_seen: seen, falls_behind: behind }) => [seen, behind]));
    }
    await store.destroy();
    expect(silent).toEqual([[[null, false]], [[null, true]]]);
  });

  it('has both as tables, where a name is never a formula', async () => {
    const students = await teacher.ask(`${course}/students.csv`);
    expect(students.headers.get('content-type')).toContain('text/csv');
    expect(students.headers.get('content-disposition')).toContain('tea-students.csv');
    expect(students.text.split('\r\n')).toHaveLength(5);
    expect(students.text).not.toMatch(/(^|,|"|\n)=HYPERLINK/);
    const lessons = await teacher.ask(`${course}/lessons.csv`);
    expect(lessons.text.split('\r\n')[0]).toContain('median_percent');
    expect(lessons.text).toContain('stop_95_percent');
  });

  it('has it as xAPI statements whose ids stay', async () => {
    const read = async () => (await teacher.ask(`${course}/xapi.json`)).json<{ id: string; verb: { id: string }; actor: { account: { name: string } }; result?: { extensions: Record<string, unknown> } }[]>();
    const statements = await read();
    const own = statements.filter(({ actor }) => actor.account.name === 'of-tea');
    expect(own.map(({ verb }) => verb.id.split('/').at(-1)).toSorted()).toEqual(['initialized', 'initialized', 'terminated', 'terminated']);
    expect(new Set(statements.map(({ id }) => id)).size).toBe(statements.length);
    expect(statements.every(({ id }) => /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id))).toBe(true);
    expect(own.map(({ result }) => result?.extensions['https://w3id.org/xapi/video/extensions/played-segments'])).toContain('0.5[.]2.5');
    await watch(student, 'second', [[500, 2500], [2600, 2700]], 'second-later');
    expect((await read()).map(({ id }) => id).toSorted()).toEqual(statements.map(({ id }) => id).toSorted());
  });

  it('has it under the same ids at whatever address the school is asked', async () => {
    const here = await teacher.ask(`${course}/xapi.json`);
    const token = (await school.signIn('both')).tokens?.accessToken;
    const elsewhere = schoolClient(school.url.replace('127.0.0.1', 'localhost'), token);
    const there = await elsewhere.ask(`${course}/xapi.json`, { headers: { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'school.test' } });
    expect(there.status).toBe(200);
    expect(there.text).toBe(here.text);
    const statements = here.json<{ object: { id: string }; actor: { account: { homePage: string } }; context: { contextActivities: { parent: { id: string }[] } } }[]>();
    const named = statements.flatMap(({ object, actor, context }) => [object.id, actor.account.homePage, ...context.contextActivities.parent.map(({ id }) => id)]);
    expect(named.every((iri) => URL.canParse(iri) && !/127\.0\.0\.1|localhost|school\.test/.test(iri))).toBe(true);
    expect(new Set(statements.map(({ actor }) => actor.account.homePage)).size).toBe(1);
  });

  it('sets how much of a lesson makes it done: what was watched already is judged by that, and what was done stays so', async () => {
    const set = async (percent: number) =>
      (await teacher.ask(course, { method: 'PATCH', body: JSON.stringify({ done_percent: percent }), headers: { 'content-type': 'application/json' } })).json<Report>();
    const doneAtSchool = async () => (await student.ask('/api/progress')).json<{ progress: { lesson_id: string; done: boolean; version: number }[]; cursor: number }>();
    const before = await doneAtSchool();
    expect(before.progress).toMatchObject([{ lesson_id: 'making-tea', done: false }]);
    const changed = await set(1);
    expect(changed.done_percent).toBe(1);
    expect((await student.ask('/api/lessons/making-tea')).json()).toMatchObject({ done_percent: 1 });
    expect(changed.lessons.find(({ lesson_id: id }) => id === 'making-tea')).toMatchObject({ done_by: 2, stops: Array.from({ length: 20 }, () => 0) });
    expect((await doneAtSchool()).progress).toMatchObject([{ lesson_id: 'making-tea', done: true }]);
    const [head = '', ...rows] = (await teacher.ask(`${course}/students.csv`)).text.split('\r\n');
    const column = head.replaceAll('"', '').split(',').indexOf('lessons_done');
    expect(rows.filter((row) => row.includes('of-tea')).map((row) => row.split(',')[column])).toEqual(['1']);
    expect((await teacher.ask(`${course}/xapi.json`)).text).toContain('verbs/completed');
    // Nobody has watched anything since; whoever asks for what is new is told.
    expect((await set(100)).lessons.find(({ lesson_id: id }) => id === 'making-tea')).toMatchObject({ done_by: 2 });
    expect((await student.ask(`/api/progress?since=${before.cursor}`)).json()).toMatchObject({ progress: [{ lesson_id: 'making-tea', done: true }] });
    const answer = (await watch(student, 'third', [[0, 100]])).json<{ progress: { done: boolean }[] }>();
    expect(answer.progress).toMatchObject([{ done: true }]);
  });

  it.each([[{ done_percent: 0 }], [{ done_percent: 101 }], [{ done_percent: 'all' }], [{}]])('is told of %j that it does not fit', async (wrong) => {
    const answer = await teacher.ask(course, { method: 'PATCH', body: JSON.stringify(wrong), headers: { 'content-type': 'application/json' } });
    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({ code: 'bad_request' });
  });
});

describe('nobody else', () => {
  const paths = ['', '/lessons.csv', '/students.csv', '/xapi.json'];
  it.each(paths)('learns anything at %s: not a student, not without a token, not of a course that is not there', async (path) => {
    expect((await student.ask(`${course}${path}`)).status).toBe(403);
    expect((await schoolClient(school.url).ask(`${course}${path}`)).status).toBe(401);
    expect((await teacher.ask(`/api/teaching/courses/no-such${path}`)).status).toBe(403);
  });
});
