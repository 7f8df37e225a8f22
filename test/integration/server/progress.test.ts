import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../../../src/server/store/database.ts';
import { isPostgresAddress } from '../../../src/server/store/postgres.ts';
import { breakProgress } from '../../harness/broken-progress.ts';
import { schoolClient, type SchoolClient } from '../../harness/school-client.ts';
import { startSchoolServer, type SchoolServer } from '../../harness/school-server.ts';

let school: SchoolServer;
let student: SchoolClient;
let stranger: SchoolClient;
let timeline = '';
let install = '';
let token: string | undefined;
let installs = 0;

beforeAll(async () => {
  school = await startSchoolServer();
  token = (await school.signIn('tea')).tokens?.accessToken;
  student = schoolClient(school.url, token);
  stranger = schoolClient(school.url, (await school.signIn('letters')).tokens?.accessToken);
  timeline = (await student.ask('/api/lessons/making-tea')).json<{ timeline_id: string }>().timeline_id;
});
afterAll(() => school.close());
beforeEach(() => {
  install = `install-${++installs}`;
});

const clock = { boot_id: 'boot', monotonic_ms: 1000, wall_ms: 1_000_000 };
const snapshot = (fields: object = {}) => ({
  ...{ session_id: 'session', lesson_id: 'making-tea', timeline_id: timeline, epoch: 0, ranges: [[0, 1000]], watched_ms: 1000, position_ms: 1000 },
  ...fields,
});
const event = (sequence: number, fields: object = {}) => ({ sequence, kind: 'watched', recorded_at: clock, snapshot: snapshot(fields) });
const send = (client: SchoolClient, events: object[], installId = install) =>
  client.post('/api/progress/batches', { install_id: installId, nonce: 'a-nonce-of-mine', sent_at: clock, events });
const outcomes = async (answer: Promise<{ json<Value>(): Value }>) =>
  (await answer).json<{ results: { sequence: number; outcome: string }[] }>().results.map(({ sequence, outcome }) => [sequence, outcome]);
const ranges = async () => (await student.ask('/api/progress')).json<{ progress: { lesson_id: string; ranges: number[][] }[] }>().progress.find(({ lesson_id: id }) => id === 'making-tea')?.ranges;

describe('progress that comes in', () => {
  it('echoes the nonce and gives back the joined state', async () => {
    const answer = (await send(student, [event(1, { session_id: 'echo', ranges: [[2000, 3000]] })])).json();
    expect(answer).toMatchObject({ nonce: 'a-nonce-of-mine', results: [{ sequence: 1, outcome: 'applied' }], retry_after: null });
    expect(answer['progress']).toMatchObject([{ lesson_id: 'making-tea', timeline_id: timeline }]);
  });

  it('counts a batch that comes twice once', async () => {
    const events = [event(1, { session_id: 'twice' }), event(2, { session_id: 'twice', ranges: [[0, 2000]], watched_ms: 2000 })];
    expect(await outcomes(send(student, events))).toEqual([[1, 'applied'], [2, 'applied']]);
    const before = (await student.ask('/api/progress')).json();
    expect(await outcomes(send(student, events))).toEqual([[1, 'duplicate'], [2, 'duplicate']]);
    expect((await student.ask('/api/progress')).json()).toEqual(before);
  });

  it('joins what two devices watched, in whatever order it comes', async () => {
    await send(student, [event(5, { session_id: 'left', ranges: [[5000, 7000]] })], `${install}-left`);
    await send(student, [event(3, { session_id: 'right', ranges: [[6000, 8000]] })], `${install}-right`);
    expect(await ranges()).toContainEqual([5000, 8000]);
  });

  it('refuses one event without losing its neighbours', async () => {
    const events = [event(1, { session_id: 'good' }), event(2, { lesson_id: 'no-such' }), event(3, { timeline_id: 'no-such' }), event(4, { session_id: 'good', watched_ms: 1500 })];
    expect(await outcomes(send(student, events))).toEqual([[1, 'applied'], [2, 'reject'], [3, 'reject'], [4, 'applied']]);
  });

  it('puts off the one event it fails on and takes its neighbours, also of the same lesson', async () => {
    const store = await openStore(school.database);
    const mend = await breakProgress(store, 'the-broken-one');
    const events = [event(1, { session_id: 'sound' }), event(2, { session_id: 'the-broken-one' }), event(3, { session_id: 'sound', watched_ms: 1200 })];
    expect(await outcomes(send(student, events))).toEqual([[1, 'applied'], [2, 'retry'], [3, 'applied']]);
    expect((await send(student, [event(4, { session_id: 'the-broken-one' })])).status).toBe(500);
    await mend();
    await store.destroy();
    expect(await outcomes(send(student, [event(4, { session_id: 'the-broken-one' })]))).toEqual([[4, 'applied']]);
  });

  it('refuses what can be no value of a column, and takes its neighbours', async () => {
    const events = [event(1, { session_id: 'fits' }), event(2, { session_id: 'nul \0' }), event(3, { session_id: 'fits', watched_ms: 1200 })];
    const [first, second, third] = await outcomes(send(student, events));
    expect([first, third]).toEqual([[1, 'applied'], [3, 'applied']]);
    // SQLite keeps such a text; PostgreSQL has none.
    expect(second).toEqual([2, isPostgresAddress(school.database) ? 'reject' : 'applied']);
  });

  it('refuses what was watched by someone who never was in the course', async () => {
    expect(await outcomes(send(stranger, [event(1)]))).toEqual([[1, 'reject']]);
  });

  it('notices a disk that was copied or put back', async () => {
    await send(student, [event(7, { session_id: 'fork' })]);
    expect(await outcomes(send(student, [event(7, { session_id: 'fork', watched_ms: 1999 })]))).toEqual([[7, 'fork']]);
    expect(await outcomes(send(student, [event(4, { session_id: 'fork' })]))).toEqual([[4, 'fork']]);
    expect(await outcomes(send(student, [event(8, { session_id: 'fork' })]))).toEqual([[8, 'applied']]);
  });

  it('tells anew what it knows of a lesson when a batch comes again, for whoever sent it may have dated it otherwise since', async () => {
    await send(student, [event(1, { session_id: 'unheard', position_ms: 100 })]);
    await send(student, [event(1, { session_id: 'elsewhere', position_ms: 900 })], `${install}-elsewhere`);
    const known = (await student.ask('/api/progress')).json<{ progress: { lesson_id: string }[] }>().progress.find(({ lesson_id: id }) => id === 'making-tea');
    const answer = (await send(student, [event(1, { session_id: 'unheard', position_ms: 100 })])).json();
    expect(answer).toMatchObject({ results: [{ outcome: 'duplicate' }] });
    expect(answer['progress']).toEqual([known]);
  });

  it.each([
    ['no events', { events: [] }],
    ['a range that ends before it begins', { events: [event(1, { ranges: [[5, 1]] })] }],
    ['a sequence below one', { events: [event(0)] }],
    ['more than a batch holds', { events: Array.from({ length: 501 }, (_, index) => event(index + 1)) }],
    ['no nonce', { nonce: '' }],
  ])('takes nothing of a batch with %s, and says that it does not fit', async (_, fields) => {
    const before = (await student.ask('/api/progress')).json();
    const answer = await student.post('/api/progress/batches', { install_id: install, nonce: 'a-nonce-of-mine', sent_at: clock, events: [event(1)], ...fields });
    expect([answer.status, answer.json()['code']]).toEqual([400, 'bad_request']);
    expect((await student.ask('/api/progress')).json()).toEqual(before);
  });
});

describe('progress in a file', () => {
  const handIn = async (events: object[], installId = install) => {
    const file = { format: 'teachify-progress', version: 1, account: `${school.url}#of-tea`, install_id: installId, exported_at: clock, written_at: 1_000_000, events };
    const answer = await student.post('/api/progress/files', file);
    const { taken, known, refused } = answer.json<{ receipt: { taken: number; known: number; refused: number } }>().receipt;
    return { taken, known, refused };
  };

  it('of a computer that is reset at every boot is taken each day, and once', async () => {
    const [monday, tuesday] = [[event(1, { session_id: 'monday' })], [event(1, { session_id: 'tuesday', ranges: [[9000, 9500]] }), event(2, { session_id: 'on tuesday', ranges: [[9600, 9700]] })]];
    expect(await handIn(monday)).toEqual({ taken: 1, known: 0, refused: 0 });
    expect(await handIn(tuesday)).toEqual({ taken: 2, known: 0, refused: 0 });
    expect(await ranges()).toEqual(expect.arrayContaining([[9000, 9500], [9600, 9700]]));
    expect(await handIn(tuesday)).toEqual({ taken: 0, known: 2, refused: 0 });
    expect(await handIn(monday)).toEqual({ taken: 0, known: 1, refused: 0 });
  });

  it('is taken though newer progress of that computer has come over the line', async () => {
    await send(student, [event(9, { session_id: 'newer' })]);
    expect(await handIn([event(3, { session_id: 'older', ranges: [[9800, 9900]] })])).toEqual({ taken: 1, known: 0, refused: 0 });
    expect(await ranges()).toContainEqual([9800, 9900]);
  });
});

describe('a gzipped batch', () => {
  const gzipped = (bytes: Uint8Array, encoding = 'gzip') =>
    student.ask('/api/progress/batches', { method: 'POST', headers: { 'content-type': 'application/json', 'content-encoding': encoding }, body: Buffer.from(bytes) });
  const batch = (events: object[]) => JSON.stringify({ install_id: install, nonce: 'a-nonce-of-mine', sent_at: clock, events });

  it('is taken like a plain one', async () => {
    expect(await outcomes(gzipped(gzipSync(batch([event(1, { session_id: 'zipped' })]))))).toEqual([[1, 'applied']]);
  });

  it.each([
    ['is no gzip', Buffer.from('plain'), 'gzip', 400],
    ['is cut off', gzipSync(JSON.stringify({ nothing: 'x'.repeat(1000) })).subarray(0, 20), 'gzip', 400],
    ['says another encoding', gzipSync('{}'), 'br', 400],
    ['unfolds to more than is taken', gzipSync(Buffer.alloc(8 * 1024 * 1024, 32)), 'gzip', 413],
  ])('that %s is refused with the right status', async (_, bytes, encoding, status) => {
    const before = await ranges();
    expect((await gzipped(bytes, encoding)).status).toBe(status);
    expect(await ranges()).toEqual(before);
  });
});

describe('progress that goes out', () => {
  it('tells only what changed since the cursor', async () => {
    const first = (await student.ask('/api/progress')).json<{ cursor: number; more: boolean }>();
    expect(first.more).toBe(false);
    const none = (await student.ask(`/api/progress?since=${first.cursor}`)).json();
    expect(none).toEqual({ progress: [], notes: [], choices: [], cursor: first.cursor, more: false, history: null });
    await send(student, [event(1, { session_id: 'later', ranges: [[9000, 9500]] })]);
    const news = (await student.ask(`/api/progress?since=${first.cursor}`)).json<{ progress: unknown[]; cursor: number }>();
    expect(news.progress).toHaveLength(1);
    expect(news.cursor).toBeGreaterThan(first.cursor);
  });

  it('tells a long history in pages that are read in a moment, each lesson once', async () => {
    const store = await openStore(school.database);
    const sessions = Array.from({ length: 200 }, (_, index) => ({ sessionId: `sitting-${index}`, watchedMs: 1000 }));
    const state = JSON.stringify({ epoch: 0, ranges: [[0, 1000]], sessions, done: false, position: null });
    const ids = Array.from({ length: 40 }, (_, index) => `long-${index}`);
    await store.insertInto('progress').values(ids.map((id, index) => ({ person_id: 'of-both', timeline_id: id, lesson_id: id, state, version: index + 1 }))).execute();
    await store.insertInto('progress_versions').values({ person_id: 'of-both', version: ids.length }).execute();
    await store.destroy();
    const one = schoolClient(school.url, (await school.signIn('both')).tokens?.accessToken);
    const told: string[] = [];
    for (let [cursor, more] = [0, true]; more; ) {
      const answer = await one.ask(`/api/progress?since=${cursor}`);
      expect(answer.text.length).toBeLessThan(128 * 1024);
      const page = answer.json<{ progress: { timeline_id: string }[]; cursor: number; more: boolean }>();
      told.push(...page.progress.map(({ timeline_id: id }) => id));
      ({ cursor, more } = page);
    }
    expect(told).toEqual(ids);
  });

  it('tells nobody of another', async () => {
    expect((await stranger.ask('/api/progress')).json()).toMatchObject({ progress: [] });
  });

  it('is still there after a restart, with the same keys and the same tokens', async () => {
    const before = (await student.ask('/api/progress')).json();
    await school.restart();
    const client = schoolClient(school.url, token);
    expect((await client.ask('/api/progress')).json()).toEqual(before);
  });
});
