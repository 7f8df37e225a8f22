import { createDecipheriv, createHash } from 'node:crypto';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createAttachments } from '../../../src/server/services/attachments.ts';
import { commandLine } from '../../../src/server/services/audit.ts';
import { createCourses } from '../../../src/server/services/courses.ts';
import { deriveFileKey } from '../../../src/server/services/encryption.ts';
import { looseMs, sweepLooseMedia } from '../../../src/server/services/loose-media.ts';
import { createPublication } from '../../../src/server/services/publication.ts';
import { openSchoolKeys, type SchoolKeys } from '../../../src/server/services/school-keys.ts';
import { createFolderStorage } from '../../../src/server/storage/folder-storage.ts';
import type { MediaStorage } from '../../../src/server/storage/ports.ts';
import { readWhole } from '../../../src/server/storage/read-whole.ts';
import { openStore, type Store } from '../../../src/server/store/database.ts';
import { isPostgresAddress } from '../../../src/server/store/postgres.ts';
import { fromWire } from '../../../src/shared/api/codec.ts';
import { manifestSchema } from '../../../src/shared/models/manifest.ts';
import { freshDatabase } from '../../harness/postgres-of-run.ts';
import { lastingFolder } from '../../harness/temporary-folder.ts';
import { encodeTinySchool } from '../../harness/tiny-school.ts';

const { folder, remove } = lastingFolder();
const hourMs = 60 * 60 * 1000;
const film = Buffer.from('a film in clear that two lessons show');
const filmName = createHash('sha256').update(film).digest('hex');
let store: Store;
let other: Store;
let keys: SchoolKeys;
let media: MediaStorage;
let schools = 0;
let now = 0;

beforeAll(async () => {
  const address = await freshDatabase(folder);
  store = await openStore(address);
  other = isPostgresAddress(address) ? await openStore(address) : store;
  keys = await openSchoolKeys(store, join(folder, 'keys.json'));
});
beforeEach(async () => {
  await courses().remove(commandLine, 'tea').catch(() => {});
  await store.deleteFrom('loose_media').execute();
  await store.insertInto('courses').values({ id: 'tea', position: 0, title: 'Tea', description: '', language: 'en', poster_sha256: null, poster_type: null }).execute();
  now = Date.UTC(2026, 0, 1);
  schools += 1;
  media = createFolderStorage(join(folder, `media-${schools}`));
});
afterAll(async () => {
  await Promise.all([...new Set([store, other])].map((one) => one?.destroy()));
  remove();
});

const courses = () => createCourses({ store: other, media, now: () => now });
const publishInto = (into: MediaStorage, place: string) => createPublication({ store, media: into, keys, now: () => now }).publish(place);
const sweep = (from: Pick<MediaStorage, 'remove'> = media) => sweepLooseMedia({ store: other, media: from, now: () => now, signal: new AbortController().signal });

/** A lesson that is a film in clear, as an encoder leaves it. */
async function filmLesson(id: string, bytes: Buffer = film): Promise<string> {
  const place = join(folder, `film-${schools}-${id}-${createHash('sha256').update(bytes).digest('hex').slice(0, 8)}`);
  await mkdir(place, { recursive: true });
  const about = { id, courseId: 'tea', position: 9, title: id, description: '', durationMs: 1000, timelineId: `of-${id}`, language: 'en' };
  await writeFile(join(place, 'lesson.json'), JSON.stringify({ ...about, renditions: [], plainVideo: 'film.mp4', captions: [], poster: null, thumbnails: null, chapters: [] }));
  await writeFile(join(place, 'film.mp4'), bytes);
  return place;
}

/** The storage; something happens once, when so many files lie there. */
function afterPut(nth: number, then: () => Promise<unknown>): MediaStorage {
  let puts = 0;
  return {
    ...media,
    put: async (content, about) => {
      const file = await media.put(content, about);
      puts += 1;
      if (puts === nth) await then();
      return file;
    },
  };
}

it('a film that goes with its lesson stays for another one that is just about to show it', async () => {
  await publishInto(media, await filmLesson('first'));
  await publishInto(afterPut(1, () => courses().removeLesson(commandLine, 'first')), await filmLesson('second'));
  expect(await store.selectFrom('lessons').select(['id', 'plain_sha256']).execute()).toEqual([{ id: 'second', plain_sha256: filmName }]);
  expect(await media.size(filmName)).toBe(film.length);
  expect(await store.selectFrom('loose_media').selectAll().execute()).toEqual([]);
});

it('a film that another one takes the place of stays for the lesson that is just about to show it', async () => {
  await publishInto(media, await filmLesson('first'));
  const better = await filmLesson('first', Buffer.from('a better film'));
  await publishInto(afterPut(1, () => createPublication({ store: other, media, keys, now: () => now }).publish(better)), await filmLesson('second'));
  expect((await store.selectFrom('lessons').select('plain_sha256').where('id', '=', 'second').executeTakeFirst())?.plain_sha256).toBe(filmName);
  expect(await media.size(filmName)).toBe(film.length);
  expect(await store.selectFrom('loose_media').selectAll().execute()).toEqual([]);
});

it('a film that goes is gone at once, and comes again with the next lesson of it', async () => {
  await publishInto(media, await filmLesson('first'));
  await courses().removeLesson(commandLine, 'first');
  expect(await media.size(filmName)).toBe(null);
  await publishInto(media, await filmLesson('second'));
  await publishInto(media, await filmLesson('second', Buffer.from('a better film')));
  expect(await media.size(filmName)).toBe(null);
  await publishInto(media, await filmLesson('third'));
  now += 2 * looseMs;
  await sweep();
  expect(await media.size(filmName)).toBe(film.length);
});

it('a storage that is away keeps no lesson from going, nor from another film, and the film goes when it is back', async () => {
  await publishInto(media, await filmLesson('first'));
  const away = { ...media, remove: () => Promise.reject(new Error('away')) };
  await expect(createCourses({ store, media: away, now: () => now }).removeLesson(commandLine, 'first')).rejects.toThrow('away');
  expect(await store.selectFrom('lessons').select('id').execute()).toEqual([]);
  now += hourMs;
  await sweep();
  expect(await media.size(filmName)).toBe(null);
  expect(await store.selectFrom('loose_media').selectAll().execute()).toEqual([]);
});

it('a server that was long at sweeping removes nothing that another one removed before it and a lesson has brought again', async () => {
  for (const id of ['one', 'two', 'three']) {
    const place = await filmLesson(id, Buffer.from(`a film of ${id}`));
    const stopped = { ...media, put: async (...args: Parameters<MediaStorage['put']>) => media.put(...args).then(() => Promise.reject(new Error('stopped'))) };
    await expect(publishInto(stopped, place)).rejects.toThrow('stopped');
    await store.updateTable('loose_media').set({ lesson_id: 'one' }).execute();
  }
  now += looseMs;
  let first = true;
  await sweep({
    remove: async (sha256) => {
      await media.remove(sha256);
      if (!first) return;
      first = false;
      now += hourMs;
      await sweep();
      for (const id of ['one', 'two', 'three']) await publishInto(media, await filmLesson(id, Buffer.from(`a film of ${id}`)));
    },
  });
  const named = await store.selectFrom('lessons').select(['id', 'plain_sha256']).execute();
  expect(named).toHaveLength(3);
  for (const { plain_sha256: name } of named) expect(await media.size(name ?? '')).not.toBe(null);
});

it('a file that was given up by a clock that was years ahead does not keep its lesson from coming', async () => {
  await publishInto(media, await filmLesson('first'));
  now += 5 * 365 * 24 * hourMs;
  const away = { ...media, remove: () => Promise.reject(new Error('away')) };
  await expect(createCourses({ store, media: away, now: () => now }).removeLesson(commandLine, 'first')).rejects.toThrow('away');
  now -= 5 * 365 * 24 * hourMs;
  await sweep();
  await publishInto(media, await filmLesson('second'));
  expect(await media.size(filmName)).toBe(film.length);
});

it('a lesson that is removed while it is recorded anew comes back with files that its key opens', async () => {
  const place = join(folder, 'encoded');
  await cp(join(await encodeTinySchool(), 'lessons', 'making-tea'), place, { recursive: true });
  await publishInto(media, place);
  const lesson = JSON.parse(await readFile(join(place, 'lesson.json'), 'utf8')) as { captions: { file: string }[]; renditions: { file: string }[] };
  for (const { file } of lesson.captions) await writeFile(join(place, file), 'WEBVTT\n\n00:00.000 --> 00:01.000\nbetter\n');
  for (const { file } of lesson.renditions) {
    const bytes = await readFile(join(place, file));
    bytes.write(createHash('sha256').update('better').digest('hex'), bytes.length - 64);
    await writeFile(join(place, file), bytes);
  }
  // The poster and a rendition lie there.
  await publishInto(afterPut(3, () => courses().removeLesson(commandLine, 'making-tea')), place);
  const row = await store.selectFrom('lessons').selectAll().where('id', '=', 'making-tea').executeTakeFirstOrThrow();
  const { renditions, sideFiles } = fromWire(manifestSchema, JSON.parse(row.manifest ?? ''));
  for (const { file, pieceTable } of renditions) for (const { sha256 } of [file, pieceTable]) expect(await media.size(sha256)).not.toBe(null);
  const captions = sideFiles.find(({ role }) => role === 'captions');
  const decipher = createDecipheriv('aes-128-cbc', deriveFileKey(row.content_key, captions?.file.keyId ?? ''), new Uint8Array(16));
  expect(Buffer.concat([decipher.update(await readWhole(media, captions?.file.sha256 ?? '')), decipher.final()]).toString()).toMatch(/better/);
  expect(await store.selectFrom('lesson_keys').select('content_key').where('lesson_id', '=', 'making-tea').executeTakeFirst()).toEqual({ content_key: row.content_key });
});

it('nothing is attached to a lesson that was removed, and made anew, while the file was on its way', async () => {
  const place = join(folder, 'encoded-anew');
  await cp(join(await encodeTinySchool(), 'lessons', 'making-tea'), place, { recursive: true });
  await publishInto(media, place);
  const anew = async () => {
    await courses().removeLesson(commandLine, 'making-tea');
    await createPublication({ store: other, media, keys, now: () => now }).publish(place);
  };
  const attachments = createAttachments({ store, media: afterPut(1, anew), keys, now: () => now });
  await expect(attachments.attach(commandLine, 'making-tea', 'Handout.pdf', Buffer.from('%PDF-1.7\nwords\n%%EOF\n'))).rejects.toMatchObject({ code: 'conflict' });
  expect(await store.selectFrom('attachments').selectAll().execute()).toEqual([]);
});
