import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { schoolClient, type SchoolClient } from '../../harness/school-client.ts';
import { startSchoolServer, type SchoolServer } from '../../harness/school-server.ts';

let school: SchoolServer;
let student: SchoolClient;
let stranger: SchoolClient;
let timeline = '';
let installs = 0;
let install = '';

beforeAll(async () => {
  school = await startSchoolServer();
  student = schoolClient(school.url, (await school.signIn('tea')).tokens?.accessToken);
  stranger = schoolClient(school.url, (await school.signIn('letters')).tokens?.accessToken);
  timeline = (await student.ask('/api/lessons/making-tea')).json<{ timeline_id: string }>().timeline_id;
});
afterAll(() => school.close());
beforeEach(() => {
  install = `install-${++installs}`;
});

const sentAt = { boot_id: 'boot', monotonic_ms: 100_000, wall_ms: 1_000_000 };
/** Written so many ms before it is sent. */
const noted = (sequence: number, fields: object = {}, agoMs = 0) => ({
  ...{ sequence, kind: 'noted', recorded_at: { ...sentAt, monotonic_ms: 100_000 - agoMs } },
  note: { note_id: `${install}-note`, lesson_id: 'making-tea', timeline_id: timeline, at_ms: 1000, text: 'boil it', removed: false, ...fields },
});

interface Answer {
  readonly results: { outcome: string }[];
  readonly notes: { note_id: string; text: string; removed: boolean; version: number }[];
  readonly progress: { version: number }[];
  readonly cursor: number;
  readonly more: boolean;
}
const send = async (client: SchoolClient, events: object[], installId = install) =>
  (await client.post('/api/progress/batches', { install_id: installId, nonce: 'a-nonce-of-mine', sent_at: sentAt, events })).json<Answer>();
const pull = async (client: SchoolClient, since = 0) => (await client.ask(`/api/progress?since=${since}`)).json<Answer>();

describe('notes that come in', () => {
  it('are kept, told to the student’s other devices, and to nobody else', async () => {
    const before = (await pull(student)).cursor;
    const answer = await send(student, [noted(1)]);
    expect(answer.results).toMatchObject([{ outcome: 'applied' }]);
    expect(answer.notes).toMatchObject([{ text: 'boil it', removed: false }]);
    expect((await pull(student, before)).notes).toEqual(answer.notes);
    expect((await pull(stranger)).notes).toEqual([]);
  });

  it('are counted once however often they come, and told again each time', async () => {
    const first = await send(student, [noted(1)]);
    const second = await send(student, [noted(1)]);
    expect(second.results).toMatchObject([{ outcome: 'duplicate' }]);
    expect(second.notes).toEqual(first.notes);
  });

  it('keep the later writing, whichever comes first', async () => {
    await send(student, [noted(1, { text: 'later' }, 1000)]);
    const answer = await send(student, [noted(1, { text: 'earlier' }, 60_000)], `${install}-other`);
    expect(answer.results).toMatchObject([{ outcome: 'superseded' }]);
    expect(answer.notes).toMatchObject([{ text: 'later' }]);
  });

  it('stay taken away on every device', async () => {
    await send(student, [noted(1), noted(2, { removed: true, text: '' })]);
    expect((await pull(student)).notes.find(({ note_id: id }) => id === `${install}-note`)).toMatchObject({ removed: true });
  });

  it('of someone who never was in the course are refused without their neighbours', async () => {
    const answer = await send(student, [noted(1, { lesson_id: 'no-such' }), noted(2)]);
    expect(answer.results).toMatchObject([{ outcome: 'reject' }, { outcome: 'applied' }]);
    expect((await send(stranger, [noted(1)], `${install}-stranger`)).results).toMatchObject([{ outcome: 'reject' }]);
  });

  it('come page by page with progress, and none is jumped over', async () => {
    const { cursor } = await pull(student);
    for (const start of [1, 401]) {
      await send(student, Array.from({ length: 400 }, (_, index) => noted(start + index, { note_id: `${install}-${start + index}` })));
    }
    const first = await pull(student, cursor);
    expect(first).toMatchObject({ more: true });
    const second = await pull(student, first.cursor);
    expect(second.more).toBe(false);
    expect(first.notes.length + second.notes.length).toBe(800);
  });
});
