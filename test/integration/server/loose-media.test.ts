import { createHash } from 'node:crypto';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAttachments } from '../../../src/server/services/attachments.ts';
import { commandLine } from '../../../src/server/services/audit.ts';
import { createCourses } from '../../../src/server/services/courses.ts';
import { looseMs, sweepLooseMedia } from '../../../src/server/services/loose-media.ts';
import { createPublication } from '../../../src/server/services/publication.ts';
import { openSchoolKeys, type SchoolKeys } from '../../../src/server/services/school-keys.ts';
import { createFolderStorage } from '../../../src/server/storage/folder-storage.ts';
import type { MediaStorage } from '../../../src/server/storage/ports.ts';
import { openStore, type Store } from '../../../src/server/store/database.ts';
import { isPostgresAddress } from '../../../src/server/store/postgres.ts';
import { fromWire } from '../../../src/shared/api/codec.ts';
import { manifestSchema } from '../../../src/shared/models/manifest.ts';
import { freshDatabase } from '../../harness/postgres-of-run.ts';
import { schoolClient } from '../../harness/school-client.ts';
import { startSchoolServer } from '../../harness/school-server.ts';
import { signInAs } from '../../harness/staff.ts';
import { names } from '../../harness/storage/storage-contract.ts';
import { lastingFolder } from '../../harness/temporary-folder.ts';
import { encodeTinySchool } from '../../harness/tiny-school.ts';

const { folder, remove } = lastingFolder();
const hourMs = 60 * 60 * 1000;
let address: string;
let store: Store;
let other: Store;
let keys: SchoolKeys;
let media: MediaStorage;
let encoded: string;
let now = 0;
let schools = 0;

beforeAll(async () => {
  address = await freshDatabase(folder);
  store = await openStore(address);
  other = isPostgresAddress(address) ? await openStore(address) : store;
  keys = await openSchoolKeys(store, join(folder, 'keys.json'));
  await store.insertInto('courses').values({ id: 'tea', position: 0, title: 'Tea', description: '', language: 'en', poster_sha256: null, poster_type: null }).execute();
});
beforeEach(async () => {
  await createCourses({ store, media: { remove: async () => {} }, now: () => now }).removeLesson(commandLine, 'making-tea').catch(() => {});
  await store.deleteFrom('loose_media').execute();
  now = Date.UTC(2026, 0, 1);
  schools += 1;
  media = createFolderStorage(join(folder, `media-${schools}`));
  encoded = join(folder, `encoded-${schools}`);
  await cp(join(await encodeTinySchool(), 'lessons', 'making-tea'), encoded, { recursive: true });
});
afterAll(async () => {
  await Promise.all([...new Set([store, other])].map((one) => one?.destroy()));
  remove();
});

const sweep = (at: Store = store, from: Pick<MediaStorage, 'remove'> = media) => sweepLooseMedia({ store: at, media: from, now: () => now, signal: new AbortController().signal });
const publish = (how: { signal?: AbortSignal } = {}, into: MediaStorage = media) => createPublication({ store, media: into, keys, now: () => now }).publish(encoded, how);
const attachments = () => createAttachments({ store, media, keys, now: () => now });
const pdf = (words: string) => Buffer.from(`%PDF-1.7\n${words}\n%%EOF\n`);

/** Every file that the lesson names now, in order. */
async function named(): Promise<string[]> {
  const { manifest } = await store.selectFrom('lessons').select('manifest').where('id', '=', 'making-tea').executeTakeFirstOrThrow();
  const { renditions, sideFiles } = fromWire(manifestSchema, JSON.parse(manifest ?? ''));
  return [...new Set([...renditions.flatMap(({ file, pieceTable }) => [file.sha256, pieceTable.sha256]), ...sideFiles.map(({ file }) => file.sha256)])].toSorted();
}

/** As another recording of the same lesson: its captions are other ones, and its renditions, all of them or so many from the end. */
async function rerecord(words: string, many = Infinity): Promise<void> {
  const text = await readFile(join(encoded, 'lesson.json'), 'utf8');
  const { captions, renditions } = JSON.parse(text) as { captions: { file: string }[]; renditions: { file: string; initBytes: number }[] };
  for (const { file } of captions) await writeFile(join(encoded, file), `WEBVTT\n\n00:00.000 --> 00:01.000\n${words}\n`);
  for (const { file } of renditions.slice(-many)) {
    const bytes = await readFile(join(encoded, file));
    bytes.write(createHash('sha256').update(words).digest('hex'), bytes.length - 64);
    await writeFile(join(encoded, file), bytes);
  }
}

it('an attachment that was detached stays a month for who is taking the lesson home, and then goes', async () => {
  await publish();
  const before = await named();
  await attachments().attach(commandLine, 'making-tea', 'Handout.pdf', pdf('first'));
  const attached = (await named()).filter((name) => !before.includes(name));
  expect(attached).toHaveLength(1);
  now += 2 * looseMs;
  await sweep();
  expect(await names(media)).toEqual(await named());
  await attachments().detach(commandLine, 'making-tea', 'Handout.pdf');
  now += looseMs - 1;
  await sweep();
  expect(await names(media)).toEqual([...before, ...attached].toSorted());
  now += 1;
  expect(await sweep()).toBe(1);
  expect(await names(media)).toEqual(before);
});

it('what was sent for an attachment whose name was taken goes, and the one that has the name stays', async () => {
  await publish();
  await attachments().attach(commandLine, 'making-tea', 'Handout.pdf', pdf('first'));
  await expect(attachments().attach(commandLine, 'making-tea', 'Handout.pdf', pdf('second'))).rejects.toMatchObject({ code: 'conflict' });
  expect(await names(media)).not.toEqual(await named());
  now += looseMs;
  await sweep();
  expect(await names(media)).toEqual(await named());
});

it('an order that was cancelled leaves what the same order can go on with for a month, and nothing after it', async () => {
  const stop = new AbortController();
  stop.abort(new Error('Cancelled'));
  await expect(publish({ signal: stop.signal })).rejects.toThrow('Cancelled');
  const left = await names(media);
  now += looseMs - 1;
  await sweep();
  expect(await names(media)).toEqual(left);
  await publish();
  expect(await named()).toEqual(left);
  now += 2 * looseMs;
  await sweep();
  expect(await names(media)).toEqual(left);

  await rerecord('given up');
  await expect(publish({ signal: stop.signal })).rejects.toThrow('Cancelled');
  expect((await names(media)).length).toBeGreaterThan(left.length);
  now += looseMs;
  await sweep();
  expect(await names(media)).toEqual(left);
  // Made after all, it is made anew.
  await publish();
  now += 2 * looseMs;
  await sweep();
  expect(await names(media)).toEqual((await named()).toSorted());
});

it('a lesson that was recorded anew keeps its files of before for a month', async () => {
  await publish();
  const before = await named();
  now += 2 * looseMs;
  await rerecord('better');
  await publish();
  const after = await named();
  now += looseMs - 1;
  await sweep();
  expect(await names(media)).toEqual([...new Set([...before, ...after])].toSorted());
  now += 1;
  await sweep();
  expect(await names(media)).toEqual(after);
  // The recording of before is published again: of what is gone nothing is taken for there.
  await cp(join(await encodeTinySchool(), 'lessons', 'making-tea'), encoded, { recursive: true });
  await publish();
  for (const name of await named()) expect(await media.size(name)).not.toBe(null);
});

it('what is published meanwhile is whole, whenever a month passes and the sweep comes', async () => {
  await publish();
  const moments = ['before the poster', 'before a rendition', 'before its piece table', 'before the captions', 'after the poster', 'after a rendition', 'after its piece table', 'after the captions'];
  for (const [moment, when] of moments.entries()) {
    await rerecord(`recording ${moment}`);
    await publish();
    // One rendition and the captions are new; the others lie there from before, and have long been nobody's.
    await cp(join(await encodeTinySchool(), 'lessons', 'making-tea'), encoded, { recursive: true });
    await rerecord(`mended ${moment}`, 1);
    now += looseMs - 1;
    let puts = 0;
    let swept = -1;
    const pass = async (isIt: boolean) => {
      if (!isIt || swept >= 0) return;
      now += looseMs + 1;
      swept = await sweep(other);
    };
    const between: MediaStorage = {
      ...media,
      put: async (content, about) => {
        const nth = puts;
        puts += 1;
        await pass(nth === moment);
        const file = await media.put(content, about);
        await pass(nth + 4 === moment);
        return file;
      },
    };
    await publish({}, between);
    // Those of the recording before at the least.
    expect([when, swept > 0]).toEqual([when, true]);
    const there = await names(media);
    expect((await named()).filter((name) => !there.includes(name))).toEqual([]);
    now += looseMs;
    await sweep();
    expect(await names(media)).toEqual(await named());
    await cp(join(await encodeTinySchool(), 'lessons', 'making-tea'), encoded, { recursive: true });
    await publish();
  }
});

it('several servers sweep at once; what one that was killed, or met a storage that is away, had begun with is left to the next', async () => {
  await publish();
  await rerecord('better');
  await publish();
  now += looseMs;
  await Promise.all([sweep(store), sweep(other), sweep(store)]);
  expect(await names(media)).toEqual(await named());
  await rerecord('even better');
  await publish();
  now += looseMs;
  const before = await names(media);
  await expect(sweep(store, { remove: () => Promise.reject(new Error('away')) })).rejects.toThrow('away');
  // It may be at it still.
  now += hourMs - 1;
  await Promise.all([sweep(store), sweep(other)]);
  expect(await names(media)).toEqual(before);
  now += 1;
  await Promise.all([sweep(store), sweep(other)]);
  expect(await names(media)).toEqual(await named());
  expect(await store.selectFrom('loose_media').selectAll().execute()).toEqual([]);
});

it('nothing goes while the media are moved to another storage, where it would stay', async () => {
  await publish();
  await rerecord('better');
  await publish();
  now += looseMs;
  const before = await names(media);
  await store.insertInto('media_copies').values({ storage: 's3', sha256: before[0] ?? '' }).execute();
  expect(await sweep()).toBe(0);
  expect(await names(media)).toEqual(before);
  await store.deleteFrom('media_copies').execute();
  expect(await sweep()).toBeGreaterThan(0);
  expect(await names(media)).toEqual(await named());
});

describe('a server', () => {
  it('sweeps from its start on, and anyone may fetch a detached attachment until then', async () => {
    const school = await startSchoolServer();
    try {
      const teacher = await signInAs(school, 'teacher', 'tea');
      const place = createFolderStorage(join(school.folder, 'media'));
      const before = await names(place);
      const at = await openStore(school.database);
      const keeping = createAttachments({ store: at, media: place, keys: await openSchoolKeys(at, join(school.folder, 'keys.json')), now: () => school.clock.now() });
      await keeping.attach(commandLine, 'making-tea', 'Handout.pdf', pdf('first'));
      await at.destroy();
      const [attached = ''] = (await names(place)).filter((name) => !before.includes(name));
      expect((await teacher.ask('/api/school/lessons/making-tea/attachments/Handout.pdf', { method: 'DELETE' })).status).toBe(204);
      expect((await schoolClient(school.url).bytes(`/media/${attached}`)).status).toBe(200);
      await school.clock.advance(looseMs);
      await school.restart();
      await expect.poll(() => names(place)).toEqual(before);
    } finally {
      await school.close();
    }
  });
});
