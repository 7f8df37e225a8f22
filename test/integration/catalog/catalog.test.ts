import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { silentLogger } from '../../../src/core/base/logger.ts';
import { createCatalog } from '../../../src/core/catalog/catalog.ts';
import { createApiClient } from '../../../src/core/net/api-client.ts';
import { createGotTransport } from '../../../src/core/net/got-transport.ts';
import type { TransportRequest, TransportResponse } from '../../../src/core/net/ports.ts';
import type { MachineAtSchool } from '../../harness/machine-at-school.ts';
import { machineRoom } from '../../harness/machine-room.ts';
import type { SchoolClient } from '../../harness/school-client.ts';
import { startSchoolServer, type SchoolServer } from '../../harness/school-server.ts';
import { signInAs } from '../../harness/staff.ts';
import { people } from '../../harness/tiny-school.ts';

let school: SchoolServer;
let admin: SchoolClient;
beforeAll(async () => {
  school = await startSchoolServer();
  admin = await signInAs(school, 'admin', 'letters');
  for (const course of ['tea', 'letters']) await edit('POST', `/api/school/courses/${course}/enrolments`, { person_id: 'of-letters' });
});
afterAll(() => school.close());

const edit = async (method: string, path: string, body?: unknown) => {
  const answer = await admin.ask(path, { method, ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }) });
  expect([path, answer.status < 300]).toEqual([path, true]);
};

let machine: MachineAtSchool;
/** What the catalogue asked since it was last looked at, as "path status". */
let asked: string[];
/** Of an earlier program: it knows no changes. */
let isOldSchool: boolean;
/** Before an answer is handed over. */
let onAnswer: () => Promise<void>;
let catalog: ReturnType<typeof createCatalog>;

beforeEach(async () => {
  isOldSchool = false;
  onAnswer = async () => {};
  asked = [];
  machine = await machineRoom(() => school.url).start();
  const got = createGotTransport({ userAgent: 'test' });
  const transport = async (request: TransportRequest): Promise<TransportResponse> => {
    const path = request.url.slice(school.url.length);
    const answer = await got(isOldSchool && path.startsWith('/api/changes') ? { ...request, url: `${school.url}/api/no-such-question` } : request);
    // Posters come when they come.
    if (!path.startsWith('/api/')) return answer;
    asked.push(`${path} ${answer.status}`);
    await onAnswer();
    return answer;
  };
  const api = createApiClient({ transport, serverUrl: machine.accounts.serverUrl, authorisation: machine.accounts.authorisation });
  catalog = createCatalog({ database: machine.databases.content, api, transport, accounts: machine.accounts, clock: school.clock, logger: silentLogger() });
});

const signIn = (who: keyof typeof people) => machine.accounts.signIn(people[who].email, people[who].password);
const lookAt = async () => (await catalog.view()).courses.map(({ id, lessons }) => [id, lessons.map((lesson) => lesson.id)]);
/** What a refresh asked for. */
const refresh = async () => {
  asked = [];
  await catalog.refresh();
  return asked;
};
const cursorOf = (who: string) => machine.databases.content.prepare('SELECT cursor FROM catalog_state WHERE account = ?').pluck().get(`${school.url}#${who}`) as number | null | undefined;
const everything = [['tea', ['making-tea', 'drinking-tea']], ['letters', ['first-letter']]];

it('lists all once, then asks what changed, and nothing changed is an empty answer', async () => {
  await signIn('both');
  expect(await refresh()).toEqual(['/api/changes 200']);
  expect(await lookAt()).toEqual(everything);
  const since = `/api/changes?since=${cursorOf('of-both')}`;
  expect(await refresh()).toEqual([`${since} 200`]);
  await school.clock.advance(60_000);
  expect(await refresh()).toEqual([`${since} 304`]);
  expect(await lookAt()).toEqual(everything);
  expect((await catalog.view()).refreshedAt).toBe(school.clock.now());
});

it('takes in what was changed, added and put in another order, and leaves the rest as it was', async () => {
  await signIn('both');
  await refresh();
  const untouched = (await catalog.view()).courses.find(({ id }) => id === 'letters');
  await edit('PATCH', '/api/school/courses/tea', { title: 'More tea' });
  await edit('PUT', '/api/school/courses/tea/lesson-order', { ids: ['drinking-tea', 'making-tea'] });
  await edit('POST', '/api/school/courses', { id: 'coffee', title: 'Coffee' });
  await edit('POST', '/api/school/courses/coffee/enrolments', { person_id: 'of-both' });
  await refresh();
  const { courses } = await catalog.view();
  expect(courses.map(({ id, title, lessons }) => [id, title, lessons.map((lesson) => lesson.id)])).toEqual([
    ['tea', 'More tea', ['drinking-tea', 'making-tea']],
    ['letters', 'Letters', ['first-letter']],
    ['coffee', 'Coffee', []],
  ]);
  expect(courses[1]).toEqual(untouched);
  await edit('DELETE', '/api/school/courses/coffee');
  await edit('PATCH', '/api/school/courses/tea', { title: 'Tea' });
  await edit('PUT', '/api/school/courses/tea/lesson-order', { ids: ['making-tea', 'drinking-tea'] });
  await refresh();
  expect(await lookAt()).toEqual(everything);
});

it('what was hidden or is no longer the student’s goes, and what lies on the disk of it stays', async () => {
  await signIn('both');
  await refresh();
  const account = `${school.url}#of-both`;
  machine.databases.content.exec(`
    INSERT INTO files (id, bytes, pieces, bits, verified_bytes, used_at) VALUES ('a-file', 8, 1, x'01', 8, 0);
    INSERT INTO claims (account, lesson_id, quality, file_id) VALUES ('${account}', 'making-tea', '480p', 'a-file');
    INSERT INTO downloads (account, lesson_id, course_id, quality, state, position, bytes_done, bytes_total) VALUES ('${account}', 'making-tea', 'tea', '480p', 'ready', 0, 8, 8);
  `);
  const onDisk = () => ['files', 'claims', 'downloads'].map((table) => machine.databases.content.prepare(`SELECT * FROM ${table}`).all());
  const before = onDisk();
  await edit('PATCH', '/api/school/lessons/making-tea', { published: false });
  await edit('DELETE', '/api/school/courses/letters/enrolments/of-both');
  await refresh();
  expect(await lookAt()).toEqual([['tea', ['drinking-tea']]]);
  await expect(catalog.lesson('making-tea')).rejects.toMatchObject({ code: 'not_found' });
  expect(onDisk()).toEqual(before);
  await edit('PATCH', '/api/school/lessons/making-tea', { published: true });
  await edit('POST', '/api/school/courses/letters/enrolments', { person_id: 'of-both' });
  await refresh();
  expect(await lookAt()).toEqual(everything);
});

it('everyone has a catalogue and a cursor of their own', async () => {
  await signIn('both');
  await refresh();
  await signIn('tea');
  expect(await lookAt()).toEqual([]);
  expect(await refresh()).toEqual(['/api/changes 200']);
  expect(await lookAt()).toEqual([everything[0]]);
  const since = cursorOf('of-tea');
  await edit('PATCH', '/api/school/courses/letters', { title: 'More letters' });
  expect(await refresh()).toEqual([`/api/changes?since=${since} 200`]);
  await machine.accounts.choose(`${school.url}#of-both`, null);
  expect((await catalog.view()).courses.map(({ title }) => title)).toEqual(['Tea', 'Letters']);
  expect(await refresh()).toEqual([`/api/changes?since=${since} 200`]);
  expect((await catalog.view()).courses.map(({ title }) => title)).toEqual(['Tea', 'More letters']);
  await edit('PATCH', '/api/school/courses/letters', { title: 'Letters' });
});

it('an answer that comes after its student left is nobody’s', async () => {
  await signIn('both');
  await refresh();
  const since = cursorOf('of-both');
  await edit('PATCH', '/api/school/courses/tea', { title: 'Tea again' });
  onAnswer = async () => {
    onAnswer = async () => {};
    await signIn('tea');
  };
  await expect(catalog.refresh()).rejects.toMatchObject({ code: 'cancelled' });
  expect([cursorOf('of-both'), cursorOf('of-tea')]).toEqual([since, undefined]);
  expect(await lookAt()).toEqual([]);
  await edit('PATCH', '/api/school/courses/tea', { title: 'Tea' });
});

it('a school that cannot tell what changed is asked for all of it, and its next version is believed', async () => {
  isOldSchool = true;
  await signIn('both');
  expect(await refresh()).toEqual(['/api/changes 404', '/api/courses 200', '/api/courses/tea 200', '/api/courses/letters 200']);
  expect(await lookAt()).toEqual(everything);
  expect(cursorOf('of-both')).toBe(null);
  isOldSchool = false;
  expect(await refresh()).toEqual(['/api/changes 200']);
  isOldSchool = true;
  expect((await refresh()).slice(1)).toEqual(['/api/courses 200', '/api/courses/tea 200', '/api/courses/letters 200']);
  expect(await lookAt()).toEqual(everything);
});

it('a cursor that is lost, ahead of the school, or of a catalogue with a hole, has all listed anew, and so does a week', async () => {
  await signIn('both');
  const listsAll = async () => {
    expect((await refresh()).at(-1)).toBe('/api/changes 200');
    expect(await lookAt()).toEqual(everything);
  };
  await listsAll();
  for (const damage of ['UPDATE catalog_state SET cursor = NULL', 'UPDATE catalog_state SET cursor = cursor + 1000, etag = NULL', "DELETE FROM catalog_courses WHERE id = 'tea'"]) {
    machine.databases.content.exec(damage);
    await listsAll();
  }
  await school.clock.advance(8 * 24 * 60 * 60 * 1000);
  admin = await signInAs(school, 'admin', 'letters');
  await signIn('both');
  await listsAll();
});

it('an answer cut short leaves the catalogue and its cursor as they were', async () => {
  await signIn('both');
  await refresh();
  const since = cursorOf('of-both');
  await edit('PATCH', '/api/school/courses/tea', { title: 'Tea once more' });
  onAnswer = async () => {
    throw Object.assign(new Error('cut'), { code: 'unreachable' });
  };
  await expect(catalog.refresh()).rejects.toThrow('cut');
  expect([cursorOf('of-both'), (await catalog.view()).courses[0]?.title]).toEqual([since, 'Tea']);
  onAnswer = async () => {};
  await refresh();
  expect((await catalog.view()).courses[0]?.title).toBe('Tea once more');
  await edit('PATCH', '/api/school/courses/tea', { title: 'Tea' });
});
