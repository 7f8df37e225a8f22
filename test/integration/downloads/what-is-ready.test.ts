import { execFile } from 'node:child_process';
import Database from 'better-sqlite3';
import { cpSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Core } from '../../../src/core/compose.ts';
import { endpoints } from '../../../src/shared/api/endpoints.ts';
import type { DownloadItem } from '../../../src/shared/contracts/downloads.ts';
import { blockFiles } from '../../harness/belongings.ts';
import { openCoreAtSchool } from '../../harness/core-at-school.ts';
import { openLine, type Line } from '../../harness/line.ts';
import { openRawServer, type RawAnswer } from '../../harness/raw-server.ts';
import { startSchoolServer, type SchoolServer } from '../../harness/school-server.ts';
import { temporaryFolder } from '../../harness/temporary-folder.ts';
import { encodeTinySchool, type people } from '../../harness/tiny-school.ts';

const lesson = 'making-tea';
const slow = 300_000;
const timeout = 60_000;

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
  await expect.poll(async () => (await item())?.state, { timeout }).toBe(state);
}
async function takeHome(quality = '480p'): Promise<void> {
  await core.downloads.add([lesson], quality);
  await becomes('ready');
}
async function restart(who: keyof typeof people = 'both'): Promise<void> {
  await core.dispose();
  core = await openCoreAtSchool({ data, url: line.url, who });
}
/** The student presses play: every segment of what is described here. */
async function playAll(): Promise<number[]> {
  const source = await core.playback.open(lesson);
  const statuses: number[] = [];
  for (const { content } of source.playlists) {
    for (const [path] of content.matchAll(/[^\s"]+\.m4s/g)) {
      const { status, body } = await core.playback.respond({ method: 'GET', path: `${source.mediaId}/${path}`, range: null, signal: new AbortController().signal });
      if (body instanceof ReadableStream) await body.cancel();
      statuses.push(status);
    }
  }
  await core.playback.close(source.mediaId);
  expect(statuses.length).toBeGreaterThan(2);
  return statuses;
}
const largestBlock = () => blockFiles(data).toSorted((a, b) => statSync(b).size - statSync(a).size)[0] ?? '';

describe('a lesson that lost bytes is not called ready', () => {
  it('at the next start, when the books themselves know of none of its bytes; what lies there is taken in again', { timeout }, async () => {
    await takeHome();
    const before = line.bytesDown(/^\/media\//);
    await core.dispose();
    const books = new Database(join(data, 'content.db'));
    books.prepare("UPDATE files SET bits = x'', verified_bytes = 0").run();
    books.close();
    await restart();
    await becomes('ready');
    expect(await core.downloads.verify(lesson)).toBe(0);
    expect(line.bytesDown(/^\/media\//) - before).toBe(0);
    expect(new Set(await playAll())).toEqual(new Set([200]));
  });

  it('from the moment that playing it shows so, and is mended by itself when the line is back', { timeout }, async () => {
    await takeHome();
    await line.cut();
    await core.connectivity.probe();
    rmSync(largestBlock());
    expect((await item())?.state).toBe('ready');
    expect(await playAll()).toContain(503);
    await becomes('waiting');
    expect((await item())?.updating).toBe(false);
    const source = await core.playback.open(lesson);
    expect(source.qualities.filter(({ onThisComputer }) => onThisComputer)).toEqual([]);
    await core.playback.close(source.mediaId);
    await line.resume();
    await core.connectivity.probe();
    await becomes('ready');
    // All that lay in the block, not only what was played.
    expect(await core.downloads.verify(lesson)).toBe(0);
  });

  it('nor for another student of this computer, who was not here when it was lost', { timeout }, async () => {
    await takeHome();
    await core.accounts.signOut();
    await restart('tea');
    await takeHome();
    await line.cut();
    await core.connectivity.probe();
    const block = largestBlock();
    const bytes = readFileSync(block);
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 10) ^ 0x40, bytes.length - 10);
    writeFileSync(block, bytes);
    expect(await core.downloads.verify(lesson)).toBe(1);
    await becomes('waiting');
    await line.resume();
    await core.downloads.pauseAll();
    await core.accounts.signOut();
    const before = line.bytesDown(/^\/media\//);
    await restart('both');
    await becomes('ready');
    expect(line.bytesDown(/^\/media\//)).toBeGreaterThan(before);
    expect(await core.downloads.verify(lesson)).toBe(0);
  });

  it('and one that is paused stays paused when it is looked at', { timeout }, async () => {
    line.setBandwidth(slow / 3);
    await core.downloads.add([lesson], '480p');
    await expect.poll(async () => (await item())?.bytesDone ?? 0, { timeout, interval: 10 }).toBeGreaterThan(10_000);
    const pausing = core.downloads.pause(lesson);
    await becomes('paused');
    line.setBandwidth(null);
    await pausing;
    for (const file of blockFiles(data)) rmSync(file);
    expect(await core.downloads.verify(lesson)).toBeGreaterThan(0);
    expect((await item())?.state).toBe('paused');
  });
});

describe('another quality', () => {
  const playable = async () => {
    const source = await core.playback.open(lesson);
    await core.playback.close(source.mediaId);
    return { downloaded: source.downloadedQuality, here: source.qualities.filter(({ onThisComputer }) => onThisComputer).map(({ quality }) => quality) };
  };

  it('plays when it is whole; until then the one that is here does, over a restart too', { timeout }, async () => {
    await takeHome('360p');
    line.setBandwidth(slow);
    await core.downloads.add([lesson], '720p');
    await expect.poll(async () => (await item())?.state, { timeout }).toBe('running');
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
    await expect.poll(async () => (await core.downloads.storage()).lessonBytes, { timeout }).toBe(bytesTotal);
  });

  /** What was asked for of lessons; pictures of courses come whole, at any time. */
  const mediaAsked = () => line.requests.flatMap(({ path, range }) => (path.startsWith('/media/') && range !== null ? [path] : []));

  it('thought better of asks for nothing of the first one again, and for nothing at all once it is gone back to', { timeout }, async () => {
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

  it('that was given up for another one does not go on behind its back, nor take its place when it would have been whole', { timeout }, async () => {
    await takeHome('360p');
    line.setBandwidth(slow);
    await core.downloads.add([lesson], '720p');
    await expect.poll(async () => (await item())?.bytesDone ?? 0, { timeout, interval: 10 }).toBeGreaterThan(10_000);
    await core.downloads.add([lesson], '480p');
    line.setBandwidth(null);
    await becomes('ready');
    const { bytesTotal } = (await item()) ?? {};
    // Whatever still ran would have come by the time that all this has.
    await core.downloads.add(['drinking-tea', 'first-letter'], '480p');
    await expect.poll(async () => (await core.downloads.list()).every(({ state }) => state === 'ready'), { timeout }).toBe(true);
    const others = (await core.downloads.list()).reduce((sum, { lessonId, bytesTotal: bytes }) => sum + (lessonId === lesson ? 0 : bytes), 0);
    expect(await item()).toMatchObject({ state: 'ready', quality: '480p' });
    expect(await core.downloads.verify(lesson)).toBe(0);
    expect((await core.downloads.storage()).lessonBytes).toBe((bytesTotal ?? 0) + others);
  });

  it('thought better of without a line leaves the one that is here, ready as it was, and nothing of the other', { timeout }, async () => {
    await takeHome('360p');
    const before = await item();
    line.setBandwidth(slow / 10);
    await core.downloads.add([lesson], '720p');
    await expect.poll(async () => (await item())?.bytesDone ?? 0, { timeout, interval: 10 }).toBeGreaterThan(10_000);
    expect(await item()).toMatchObject({ quality: '720p', previous: '360p' });
    await line.cut();
    await core.connectivity.probe();
    await becomes('waiting');
    await core.downloads.add([lesson], (await item())?.previous ?? '480p');
    await becomes('ready');
    expect(await item()).toMatchObject({ ...before, position: expect.any(Number) });
    expect(new Set(await playAll())).toEqual(new Set([200]));
    expect((await core.downloads.storage()).lessonBytes).toBe(before?.bytesTotal);
  });
});

it('killed anywhere within a removal, a lesson is here as before or gives its bytes back at the next start', { timeout: 120_000 }, async () => {
  await takeHome();
  const { lessonBytes } = await core.downloads.storage();
  await core.dispose();
  await line.cut();
  const fixture = join(import.meta.dirname, '../../fixtures/remove-and-die.ts');
  const kill = (folder: string, boundary: number) =>
    new Promise<string>((resolve) => void execFile(process.execPath, [fixture, folder, line.url, lesson, String(boundary)], (error, _, said) => resolve(error?.signal ?? said)));
  let kept = 0;
  for (const boundary of [0, 1, 4, 9]) {
    const folder = join(temporaryFolder(), 'killed');
    cpSync(data, folder, { recursive: true });
    expect(await kill(folder, boundary)).toBe('SIGKILL');
    core = await openCoreAtSchool({ data: folder, url: line.url });
    const [left] = await core.downloads.list();
    if (left) {
      kept += 1;
      expect(left.state).toBe('ready');
      expect(await core.downloads.verify(lesson)).toBe(0);
      expect((await core.downloads.storage()).lessonBytes).toBe(lessonBytes);
    } else {
      await expect.poll(async () => (await core.downloads.storage()).lessonBytes, { timeout }).toBe(0);
    }
    await core.dispose();
  }
  expect(kept).toBe(1);
  core = await openCoreAtSchool({ data, url: line.url });
});

it('a manifest out of an old cache is not taken for the new revision, and not for what is here either', { timeout }, async () => {
  const school = temporaryFolder();
  cpSync(await encodeTinySchool(), school, { recursive: true });
  const other = await startSchoolServer(school);
  const cache = await openRawServer();
  let old: RawAnswer | null = null;
  let isStale = false;
  cache.otherwise = async ({ method, path, headers, body }) => {
    if (isStale && old && path === endpoints.manifest(lesson)) return old;
    const passed = Object.fromEntries(['authorization', 'content-type', 'range'].flatMap((name) => (headers[name] ? [[name, headers[name]] as const] : [])));
    const response = await fetch(`${other.url}${path}`, { method, headers: passed, ...(body && method !== 'GET' ? { body } : {}) });
    const told = Object.fromEntries(['content-type', 'etag', 'content-range'].flatMap((name) => (response.headers.get(name) ? [[name, response.headers.get(name) as string] as const] : [])));
    const answer = { status: response.status, headers: told, body: new Uint8Array(await response.arrayBuffer()) };
    if (!isStale && path === endpoints.manifest(lesson)) old ??= answer;
    return answer;
  };
  const captions = join(school, 'lessons', lesson, 'captions.en.vtt');
  const mend = async (word: string) => {
    writeFileSync(captions, `${readFileSync(captions, 'utf8')}\n\nNOTE ${word}\n`);
    await other.restart();
    await core.catalog.refresh();
  };
  const manifests = () => cache.requests.filter(({ path }) => path === endpoints.manifest(lesson)).length;
  const asked = async (work: () => Promise<void>) => {
    const before = manifests();
    await work();
    await expect.poll(manifests, { timeout }).toBeGreaterThan(before);
    await becomes('ready');
  };
  try {
    line.setTarget(cache.url);
    data = temporaryFolder();
    await restart();
    await takeHome();
    isStale = true;
    await asked(() => mend('a word was mended'));
    isStale = false;
    const before = line.bytesDown(/^\/media\//);
    await asked(() => core.catalog.refresh().then(() => {}));
    expect(line.bytesDown(/^\/media\//)).toBeGreaterThan(before);
    // The newest is here now; what the cache still has is older, and takes nothing away.
    isStale = true;
    const whole = line.bytesDown(/^\/media\//);
    await asked(() => mend('and another'));
    await line.cut();
    await core.connectivity.probe();
    expect(new Set(await playAll())).toEqual(new Set([200]));
    expect(line.bytesDown(/^\/media\//)).toBe(whole);
  } finally {
    await cache.close();
    await other.close();
  }
});
