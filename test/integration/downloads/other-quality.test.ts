import Database from 'better-sqlite3';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Core } from '../../../src/core/compose.ts';
import type { DownloadItem } from '../../../src/shared/contracts/downloads.ts';
import { openCoreAtSchool } from '../../harness/core-at-school.ts';
import { openLine, type Line } from '../../harness/line.ts';
import { everySegment, playWhole } from '../../harness/play-whole.ts';
import { startSchoolServer, type SchoolServer } from '../../harness/school-server.ts';
import { temporaryFolder } from '../../harness/temporary-folder.ts';

const lesson = 'making-tea';
const slow = 300_000;

let server: SchoolServer;
let line: Line;
let data: string;
let core: Core;
beforeAll(async () => {
  server = await startSchoolServer();
});
afterAll(() => server.close());
beforeEach(async () => {
  await server.restart();
  line = await openLine({ target: server.url });
  data = temporaryFolder();
  core = await openCoreAtSchool({ data, url: line.url });
  return async () => {
    await core.dispose();
    await line.close();
  };
});

const item = async (): Promise<DownloadItem | undefined> => (await core.downloads.list()).find(({ lessonId }) => lessonId === lesson);
async function becomes(state: DownloadItem['state']): Promise<void> {
  await expect.poll(async () => (await item())?.state).toBe(state);
}
async function takeHome(quality = '480p'): Promise<void> {
  await core.downloads.add([lesson], quality);
  await becomes('ready');
}
async function restart(): Promise<void> {
  await core.dispose();
  core = await openCoreAtSchool({ data, url: line.url });
}

describe('another quality', () => {
  const playable = async () => {
    const source = await core.playback.open(lesson);
    await core.playback.close(source.mediaId);
    return { downloaded: source.downloadedQuality, here: source.qualities.filter(({ onThisComputer }) => onThisComputer).map(({ quality }) => quality) };
  };

  it('plays when it is whole; until then the one that is here does, over a restart too', async () => {
    await takeHome('360p');
    line.setBandwidth(slow);
    await core.downloads.add([lesson], '720p');
    await expect.poll(async () => (await item())?.state).toBe('running');
    expect(await playable()).toEqual({ downloaded: '360p', here: ['360p'] });
    await core.downloads.pauseAll();
    await restart();
    expect(await item()).toMatchObject({ quality: '720p', state: 'paused' });
    expect(await playable()).toEqual({ downloaded: '360p', here: ['360p'] });
    line.setBandwidth(null);
    await core.downloads.resumeAll();
    await becomes('ready');
    expect(await playable()).toEqual({ downloaded: '720p', here: ['720p'] });
    const { bytesTotal } = (await item()) ?? {};
    await expect.poll(async () => (await core.downloads.storage()).lessonBytes).toBe(bytesTotal);
  });

  it('is not said to play after a restart when bytes of the one that did are gone', async () => {
    await takeHome('360p');
    line.setBandwidth(slow);
    await core.downloads.add([lesson], '720p');
    expect(await item()).toMatchObject({ previous: '360p' });
    await core.downloads.pauseAll();
    await core.dispose();
    const books = new Database(join(data, 'content.db'));
    const lost = books.prepare("UPDATE files SET bits = x'', verified_bytes = 0 WHERE id = (SELECT file_id FROM claims JOIN files ON files.id = file_id WHERE quality = '360p' ORDER BY bytes DESC LIMIT 1)").run();
    books.close();
    expect(lost.changes).toBe(1);
    core = await openCoreAtSchool({ data, url: line.url });
    expect(await item()).toMatchObject({ quality: '720p', state: 'paused', previous: null });
    line.setBandwidth(null);
    await core.downloads.resumeAll();
    await becomes('ready');
    const { bytesTotal } = (await item()) ?? {};
    await expect.poll(async () => (await core.downloads.storage()).lessonBytes).toBe(bytesTotal);
  });

  /** What was asked for of lessons; pictures of courses come whole, at any time. */
  const mediaAsked = () => line.requests.flatMap(({ path, range }) => (path.startsWith('/media/') && range !== null ? [path] : []));

  it('thought better of asks for nothing of the first one again, and for nothing at all once it is gone back to', async () => {
    await takeHome('360p');
    const ofTheFirst = new Set(mediaAsked());
    const askedForTheFirst = mediaAsked().length;
    line.setBandwidth(slow);
    // One right after the other, so that none of them becomes ready in between, however busy the machine is.
    await core.downloads.add([lesson], '720p');
    await core.downloads.add([lesson], '480p');
    // All of the first one is still here.
    const { bytes, presentBytes } = await core.downloads.plan([lesson], '360p');
    expect(presentBytes).toBe(bytes);
    await core.downloads.add([lesson], '360p');
    const untilThen = mediaAsked();
    await becomes('ready');
    line.setBandwidth(null);
    expect(mediaAsked()).toEqual(untilThen);
    // What was asked for in between was of the other qualities.
    expect(untilThen.slice(askedForTheFirst).filter((path) => ofTheFirst.has(path))).toEqual([]);
    expect(await playable()).toEqual({ downloaded: '360p', here: ['360p'] });
    expect(await core.downloads.verify(lesson)).toBe(0);
    expect((await core.downloads.storage()).lessonBytes).toBe(bytes);
    expect(await item()).toMatchObject({ previous: null, bytesDone: bytes, bytesTotal: bytes });
    line.setBandwidth(slow);
    await core.downloads.add([lesson], '720p');
    await core.downloads.remove([lesson]);
    line.setBandwidth(null);
    expect((await core.downloads.storage()).lessonBytes).toBe(0);
  });

  it('that has come whole does not take away what is being played: that goes when it is closed', async () => {
    await takeHome('360p');
    await line.cut();
    await core.connectivity.probe();
    // Without a line only what is here is described.
    const source = await core.playback.open(lesson);
    await line.resume();
    await core.connectivity.probe();
    await takeHome('720p');
    const { bytesTotal } = (await item()) ?? {};
    await expect.poll(async () => (await core.downloads.storage()).lessonBytes).toBe(bytesTotal);
    await line.cut();
    await core.connectivity.probe();
    expect(new Set(await everySegment(core, source))).toEqual(new Set([200]));
    const { cacheBytes } = await core.downloads.storage();
    await core.playback.close(source.mediaId);
    expect((await core.downloads.storage()).cacheBytes).toBeLessThan(cacheBytes / 2);
    expect(new Set(await playWhole(core, lesson))).toEqual(new Set([200]));
  });

  it('that was given up for another one does not go on behind its back, nor take its place when it would have been whole', async () => {
    await takeHome('360p');
    line.setBandwidth(slow);
    await core.downloads.add([lesson], '720p');
    await expect.poll(async () => (await item())?.bytesDone ?? 0, { interval: 10 }).toBeGreaterThan(10_000);
    await core.downloads.add([lesson], '480p');
    line.setBandwidth(null);
    await becomes('ready');
    const { bytesTotal } = (await item()) ?? {};
    // Whatever still ran would have come by the time that all this has.
    await core.downloads.add(['drinking-tea', 'first-letter'], '480p');
    await expect.poll(async () => (await core.downloads.list()).every(({ state }) => state === 'ready')).toBe(true);
    const others = (await core.downloads.list()).reduce((sum, { lessonId, bytesTotal: bytes }) => sum + (lessonId === lesson ? 0 : bytes), 0);
    expect(await item()).toMatchObject({ state: 'ready', quality: '480p' });
    expect(await core.downloads.verify(lesson)).toBe(0);
    expect((await core.downloads.storage()).lessonBytes).toBe((bytesTotal ?? 0) + others);
  });

  it('thought better of without a line leaves the one that is here, ready as it was, and nothing of the other', async () => {
    await takeHome('360p');
    const before = await item();
    line.setBandwidth(slow / 10);
    await core.downloads.add([lesson], '720p');
    await expect.poll(async () => (await item())?.bytesDone ?? 0, { interval: 10 }).toBeGreaterThan(10_000);
    expect(await item()).toMatchObject({ quality: '720p', previous: '360p' });
    await line.cut();
    await core.connectivity.probe();
    await becomes('waiting');
    await core.downloads.add([lesson], (await item())?.previous ?? '480p');
    await becomes('ready');
    expect(await item()).toMatchObject({ ...before, position: expect.any(Number) });
    expect(new Set(await playWhole(core, lesson))).toEqual(new Set([200]));
    expect((await core.downloads.storage()).lessonBytes).toBe(before?.bytesTotal);
  });
});
