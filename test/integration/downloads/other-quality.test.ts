import Database from 'better-sqlite3';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DownloadItem } from '../../../src/shared/contracts/downloads.ts';
import { everySegment, playWhole } from '../../harness/play-whole.ts';
import { seatAtSchool } from '../../harness/seat-at-school.ts';

const lesson = 'making-tea';
const slow = 300_000;

const seat = seatAtSchool();
const item = () => seat.item(lesson);
const becomes = (state: DownloadItem['state']) => seat.becomes(lesson, state);
const takeHome = (quality?: string) => seat.takeHome(lesson, quality);

describe('another quality', () => {
  const playable = async () => {
    const source = await seat.core.playback.open(lesson);
    await seat.core.playback.close(source.mediaId);
    return { downloaded: source.downloadedQuality, here: source.qualities.filter(({ onThisComputer }) => onThisComputer).map(({ quality }) => quality) };
  };

  it('plays when it is whole; until then the one that is here does, over a restart too', async () => {
    await takeHome('360p');
    seat.line.setBandwidth(slow);
    await seat.core.downloads.add([lesson], '720p');
    await expect.poll(async () => (await item())?.state).toBe('running');
    expect(await playable()).toEqual({ downloaded: '360p', here: ['360p'] });
    await seat.core.downloads.pauseAll();
    await seat.sitDown();
    expect(await item()).toMatchObject({ quality: '720p', state: 'paused' });
    expect(await playable()).toEqual({ downloaded: '360p', here: ['360p'] });
    seat.line.setBandwidth(null);
    await seat.core.downloads.resumeAll();
    await becomes('ready');
    expect(await playable()).toEqual({ downloaded: '720p', here: ['720p'] });
    const { bytesTotal } = (await item()) ?? {};
    await expect.poll(async () => (await seat.core.downloads.storage()).lessonBytes).toBe(bytesTotal);
  });

  it('is not said to play after a restart when bytes of the one that did are gone', async () => {
    await takeHome('360p');
    seat.line.setBandwidth(slow / 10);
    await seat.core.downloads.add([lesson], '720p');
    expect(await item()).toMatchObject({ previous: '360p' });
    await seat.core.downloads.pauseAll();
    await seat.leave();
    const books = new Database(join(seat.data, 'content.db'));
    const lost = books.prepare("UPDATE files SET bits = x'', verified_bytes = 0 WHERE id = (SELECT file_id FROM claims JOIN files ON files.id = file_id WHERE quality = '360p' ORDER BY bytes DESC LIMIT 1)").run();
    books.close();
    expect(lost.changes).toBe(1);
    await seat.sitDown();
    expect(await item()).toMatchObject({ quality: '720p', state: 'paused', previous: null });
    seat.line.setBandwidth(null);
    await seat.core.downloads.resumeAll();
    await becomes('ready');
    const { bytesTotal } = (await item()) ?? {};
    await expect.poll(async () => (await seat.core.downloads.storage()).lessonBytes).toBe(bytesTotal);
  });

  /** What was asked for of lessons; pictures of courses come whole, at any time. */
  const mediaAsked = () => seat.line.requests.flatMap(({ path, range }) => (path.startsWith('/media/') && range !== null ? [path] : []));

  it('thought better of asks for nothing of the first one again, and for nothing at all once it is gone back to', async () => {
    await takeHome('360p');
    const ofTheFirst = new Set(mediaAsked());
    const askedForTheFirst = mediaAsked().length;
    seat.line.setBandwidth(slow);
    // One right after the other, so that none of them becomes ready in between, however busy the machine is.
    await seat.core.downloads.add([lesson], '720p');
    await seat.core.downloads.add([lesson], '480p');
    // All of the first one is still here.
    const { bytes, presentBytes } = await seat.core.downloads.plan([lesson], '360p');
    expect(presentBytes).toBe(bytes);
    await seat.core.downloads.add([lesson], '360p');
    const untilThen = mediaAsked();
    await becomes('ready');
    seat.line.setBandwidth(null);
    expect(mediaAsked()).toEqual(untilThen);
    // What was asked for in between was of the other qualities.
    expect(untilThen.slice(askedForTheFirst).filter((path) => ofTheFirst.has(path))).toEqual([]);
    expect(await playable()).toEqual({ downloaded: '360p', here: ['360p'] });
    expect(await seat.core.downloads.verify(lesson)).toBe(0);
    expect((await seat.core.downloads.storage()).lessonBytes).toBe(bytes);
    expect(await item()).toMatchObject({ previous: null, bytesDone: bytes, bytesTotal: bytes });
    seat.line.setBandwidth(slow);
    await seat.core.downloads.add([lesson], '720p');
    await seat.core.downloads.remove([lesson]);
    seat.line.setBandwidth(null);
    expect((await seat.core.downloads.storage()).lessonBytes).toBe(0);
  });

  it('that has come whole does not take away what is being played: that goes when it is closed', async () => {
    await takeHome('360p');
    await seat.line.cut();
    await seat.core.connectivity.probe();
    // Without a line only what is here is described.
    const source = await seat.core.playback.open(lesson);
    await seat.line.resume();
    await seat.core.connectivity.probe();
    await takeHome('720p');
    const { bytesTotal } = (await item()) ?? {};
    await expect.poll(async () => (await seat.core.downloads.storage()).lessonBytes).toBe(bytesTotal);
    await seat.line.cut();
    await seat.core.connectivity.probe();
    expect(new Set(await everySegment(seat.core, source))).toEqual(new Set([200]));
    const { cacheBytes } = await seat.core.downloads.storage();
    await seat.core.playback.close(source.mediaId);
    expect((await seat.core.downloads.storage()).cacheBytes).toBeLessThan(cacheBytes / 2);
    expect(new Set(await playWhole(seat.core, lesson))).toEqual(new Set([200]));
  });

  it.each([1, 3, 5, 7])('asked for while one is still being put in the queue (%i steps later) is the only one that is brought', async (steps) => {
    const kept = () => {
      const books = new Database(join(seat.data, 'content.db'), { readonly: true });
      const qualities = books.prepare('SELECT DISTINCT quality FROM claims').pluck().all();
      books.close();
      return qualities;
    };
    seat.line.setBandwidth(slow);
    const first = seat.core.downloads.add([lesson], '480p');
    for (let step = 0; step < steps; step++) await Promise.resolve();
    await Promise.all([first, seat.core.downloads.add([lesson], '360p')]);
    expect(await item()).toMatchObject({ quality: '360p' });
    await expect.poll(kept).toContain('360p');
    expect(kept()).toEqual(['360p']);
    seat.line.setBandwidth(null);
    await becomes('ready');
  });

  it('asked for before the lesson was removed does not bring it back', async () => {
    await takeHome('360p');
    seat.line.setBandwidth(slow);
    await seat.core.downloads.add([lesson], '720p');
    await expect.poll(async () => (await item())?.bytesDone ?? 0, { interval: 10 }).toBeGreaterThan(10_000);
    // It waits for the one that is under way to stop.
    const added = seat.core.downloads.add([lesson], '480p');
    await new Promise((resolve) => setImmediate(resolve));
    await seat.core.downloads.remove([lesson]);
    await added;
    expect(await item()).toBeUndefined();
    expect((await seat.core.downloads.storage()).lessonBytes).toBe(0);
    // It comes as any other does when it is asked for now.
    seat.line.setBandwidth(null);
    await takeHome('480p');
    expect(await playable()).toEqual({ downloaded: '480p', here: ['480p'] });
  });

  it('that was given up for another one does not go on behind its back, nor take its place when it would have been whole', async () => {
    await takeHome('360p');
    seat.line.setBandwidth(slow);
    await seat.core.downloads.add([lesson], '720p');
    await expect.poll(async () => (await item())?.bytesDone ?? 0, { interval: 10 }).toBeGreaterThan(10_000);
    await seat.core.downloads.add([lesson], '480p');
    seat.line.setBandwidth(null);
    await becomes('ready');
    const { bytesTotal } = (await item()) ?? {};
    // Whatever still ran would have come by the time that all this has.
    await seat.core.downloads.add(['drinking-tea', 'first-letter'], '480p');
    await expect.poll(async () => (await seat.core.downloads.list()).every(({ state }) => state === 'ready')).toBe(true);
    const others = (await seat.core.downloads.list()).reduce((sum, { lessonId, bytesTotal: bytes }) => sum + (lessonId === lesson ? 0 : bytes), 0);
    expect(await item()).toMatchObject({ state: 'ready', quality: '480p' });
    expect(await seat.core.downloads.verify(lesson)).toBe(0);
    expect((await seat.core.downloads.storage()).lessonBytes).toBe((bytesTotal ?? 0) + others);
  });

  it('thought better of without a line leaves the one that is here, ready as it was, and nothing of the other', async () => {
    await takeHome('360p');
    const before = await item();
    seat.line.setBandwidth(slow / 10);
    await seat.core.downloads.add([lesson], '720p');
    await expect.poll(async () => (await item())?.bytesDone ?? 0, { interval: 10 }).toBeGreaterThan(10_000);
    expect(await item()).toMatchObject({ quality: '720p', previous: '360p' });
    await seat.line.cut();
    await seat.core.connectivity.probe();
    await becomes('waiting');
    await seat.core.downloads.add([lesson], (await item())?.previous ?? '480p');
    await becomes('ready');
    expect(await item()).toMatchObject({ ...before, position: expect.any(Number) });
    expect(new Set(await playWhole(seat.core, lesson))).toEqual(new Set([200]));
    expect((await seat.core.downloads.storage()).lessonBytes).toBe(before?.bytesTotal);
  });
});

it('a lesson that is removed while it plays without a line plays on, and is gone when it is closed', async () => {
  await takeHome('360p');
  await seat.line.cut();
  await seat.core.connectivity.probe();
  const source = await seat.core.playback.open(lesson);
  await seat.core.downloads.remove([lesson]);
  expect(await item()).toBeUndefined();
  expect((await seat.core.downloads.storage()).lessonBytes).toBe(0);
  expect(new Set(await everySegment(seat.core, source))).toEqual(new Set([200]));
  await seat.core.playback.close(source.mediaId);
  // What describes it may stay.
  expect((await seat.core.downloads.storage()).cacheBytes).toBeLessThan(1_000);
});
