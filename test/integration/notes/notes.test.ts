import { afterAll, beforeAll, expect, it } from 'vitest';
import { Emitter } from '../../../src/core/base/emitter.ts';
import { silentLogger } from '../../../src/core/base/logger.ts';
import { systemRandom } from '../../../src/core/base/random.ts';
import { openDatabases } from '../../../src/core/database/databases.ts';
import { createApiClient } from '../../../src/core/net/api-client.ts';
import { createGotTransport } from '../../../src/core/net/got-transport.ts';
import { createNotes } from '../../../src/core/notes/notes.ts';
import { createProgress } from '../../../src/core/progress/progress.ts';
import { TeachifyError } from '../../../src/shared/errors.ts';
import { manualClock } from '../../harness/manual-clock.ts';
import { startSchoolServer, type SchoolServer } from '../../harness/school-server.ts';
import { temporaryFolder } from '../../harness/temporary-folder.ts';

let school: SchoolServer;
let timelineId = '';

beforeAll(async () => {
  school = await startSchoolServer();
  const lesson = (await (await (await school.signIn('tea')).get('/api/lessons/making-tea')).json()) as { timeline_id: string };
  timelineId = lesson.timeline_id;
});
afterAll(() => school.close());

/** A student's computer with its own ledger and its own line to the school. */
async function computer(folder = temporaryFolder()) {
  const { tokens } = await school.signIn('tea', `device-${Math.random()}`);
  let online = true;
  const databases = openDatabases(folder);
  const got = createGotTransport({ userAgent: 'test' });
  const token = tokens?.accessToken ?? '';
  const api = createApiClient({
    transport: (request) => (online ? got(request) : Promise.reject(new TeachifyError('offline', 'no line'))),
    serverUrl: () => school.url,
    authorisation: { accessToken: async () => token, replaceToken: async () => token },
  });
  const clock = manualClock();
  const catalog = { lesson: async () => Promise.reject(new Error('not seen')), view: async () => ({ courses: [], refreshedAt: null }), lessons: async () => [], changed: new Emitter<never>().event };
  const progress = createProgress({
    ...{ database: databases.ledger, api, catalog, clock, random: systemRandom(), logger: silentLogger() },
    accounts: { current: () => ({ accountId: 'school#tea' }) as never, changed: new Emitter<never>().event },
    connectivity: { changed: new Emitter<never>().event },
  });
  const notes = createNotes({ progress, catalog, random: systemRandom() });
  const write = (text: string, atMs: number, noteId: string | null = null) => notes.save({ noteId, lessonId: 'making-tea', timelineId, atMs, text });
  const texts = async () => (await notes.list('making-tea')).map(({ text }) => text);
  return { folder, databases, clock, progress, notes, write, texts, setOnline: (on: boolean) => (online = on) };
}

it('notes written without a line are there at once, after a restart, and on the student’s other computer', async () => {
  const first = await computer();
  first.setOnline(false);
  await first.write('later', 9000);
  const { noteId } = await first.write('erlier', 1000);
  await first.write('earlier', 1000, noteId);
  expect(await first.texts()).toEqual(['earlier', 'later']);
  // Writings of one note that were never sent are one.
  expect(await first.progress.sync()).toMatchObject({ waiting: 2 });
  first.databases.close();

  const again = await computer(first.folder);
  expect(await again.texts()).toEqual(['earlier', 'later']);
  expect(await again.progress.sync()).toMatchObject({ waiting: 0, parked: 0 });
  expect(await again.texts()).toEqual(['earlier', 'later']);

  const second = await computer();
  await second.progress.sync();
  expect(await second.texts()).toEqual(['earlier', 'later']);

  await school.clock.advance(1000);
  await second.notes.remove(noteId);
  expect(await second.texts()).toEqual(['later']);
  await second.progress.sync();
  await again.progress.sync();
  expect(await again.texts()).toEqual(['later']);
  again.databases.close();
  second.databases.close();
});

it('of two writings of one note on two computers the later stays on both, whoever comes first', async () => {
  const first = await computer();
  const second = await computer();
  const { noteId } = await first.write('as it was', 2000);
  await first.progress.sync();
  await second.progress.sync();
  await school.clock.advance(240_000);
  await first.write('the later one', 2000, noteId);
  await second.write('the earlier one', 2000, noteId);
  // The second wrote two minutes before it sends.
  await second.clock.advance(120_000);
  await first.progress.sync();
  await second.progress.sync();
  await first.progress.sync();
  expect(await first.progress.sync()).toMatchObject({ waiting: 0 });
  expect(await first.texts()).toEqual(['the later one', 'later']);
  expect(await second.texts()).toEqual(await first.texts());
  first.databases.close();
  second.databases.close();
});

it('a note that is not there cannot be changed or taken away', async () => {
  const { notes, write, databases } = await computer();
  await expect(notes.remove('no-such')).rejects.toMatchObject({ code: 'not_found' });
  await expect(write('x', 0, 'no-such')).rejects.toMatchObject({ code: 'not_found' });
  databases.close();
});
