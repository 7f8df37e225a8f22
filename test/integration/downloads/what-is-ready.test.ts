import { execFile } from 'node:child_process';
import Database from 'better-sqlite3';
import { cpSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { endpoints } from '../../../src/shared/api/endpoints.ts';
import type { DownloadItem } from '../../../src/shared/contracts/downloads.ts';
import { blockFiles } from '../../harness/belongings.ts';
import { openCoreAtSchool } from '../../harness/core-at-school.ts';
import { playWhole } from '../../harness/play-whole.ts';
import { openRawServer, type RawAnswer } from '../../harness/raw-server.ts';
import { startSchoolServer } from '../../harness/school-server.ts';
import { seatAtSchool } from '../../harness/seat-at-school.ts';
import { temporaryFolder } from '../../harness/temporary-folder.ts';
import { encodeTinySchool } from '../../harness/tiny-school.ts';

const lesson = 'making-tea';
const slow = 300_000;

const seat = seatAtSchool();
const item = () => seat.item(lesson);
const becomes = (state: DownloadItem['state']) => seat.becomes(lesson, state);
const takeHome = (quality?: string) => seat.takeHome(lesson, quality);
const playAll = () => playWhole(seat.core, lesson);
const largestBlock = () => blockFiles(seat.data).toSorted((a, b) => statSync(b).size - statSync(a).size)[0] ?? '';

describe('a lesson that lost bytes is not called ready', () => {
  it('at the next start, when the books themselves know of none of its bytes; what lies there is taken in again', async () => {
    await takeHome();
    const before = seat.line.bytesDown(/^\/media\//);
    await seat.leave();
    const books = new Database(join(seat.data, 'content.db'));
    books.prepare("UPDATE files SET bits = x'', verified_bytes = 0").run();
    books.close();
    await seat.sitDown();
    await becomes('ready');
    expect(await seat.core.downloads.verify(lesson)).toBe(0);
    expect(seat.line.bytesDown(/^\/media\//) - before).toBe(0);
    expect(new Set(await playAll())).toEqual(new Set([200]));
  });

  it('from the moment that playing it shows so, and is mended by itself when the line is back', async () => {
    await takeHome();
    await seat.line.cut();
    await seat.core.connectivity.probe();
    rmSync(largestBlock());
    expect((await item())?.state).toBe('ready');
    expect(await playAll()).toContain(503);
    await becomes('waiting');
    expect((await item())?.updating).toBe(false);
    const source = await seat.core.playback.open(lesson);
    expect(source.qualities.filter(({ onThisComputer }) => onThisComputer)).toEqual([]);
    await seat.core.playback.close(source.mediaId);
    await seat.line.resume();
    await seat.core.connectivity.probe();
    await becomes('ready');
    // All that lay in the block, not only what was played.
    expect(await seat.core.downloads.verify(lesson)).toBe(0);
  });

  it('nor for another student of this computer, who was not here when it was lost', async () => {
    await takeHome();
    await seat.core.accounts.signOut();
    await seat.sitDown('tea');
    await takeHome();
    await seat.line.cut();
    await seat.core.connectivity.probe();
    const block = largestBlock();
    const bytes = readFileSync(block);
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 10) ^ 0x40, bytes.length - 10);
    writeFileSync(block, bytes);
    expect(await seat.core.downloads.verify(lesson)).toBe(1);
    await becomes('waiting');
    await seat.line.resume();
    await seat.core.downloads.pauseAll();
    await seat.core.accounts.signOut();
    const before = seat.line.bytesDown(/^\/media\//);
    await seat.sitDown('both');
    await becomes('ready');
    expect(seat.line.bytesDown(/^\/media\//)).toBeGreaterThan(before);
    expect(await seat.core.downloads.verify(lesson)).toBe(0);
  });

  it('and one that is paused stays paused when it is looked at', async () => {
    seat.line.setBandwidth(slow / 3);
    await seat.core.downloads.add([lesson], '480p');
    await expect.poll(async () => (await item())?.bytesDone ?? 0, { interval: 10 }).toBeGreaterThan(10_000);
    const pausing = seat.core.downloads.pause(lesson);
    await becomes('paused');
    seat.line.setBandwidth(null);
    await pausing;
    for (const file of blockFiles(seat.data)) rmSync(file);
    expect(await seat.core.downloads.verify(lesson)).toBeGreaterThan(0);
    expect((await item())?.state).toBe('paused');
  });
});

it('killed anywhere within a removal, a lesson is here as before or gives its bytes back at the next start', async () => {
  await takeHome();
  const { lessonBytes } = await seat.core.downloads.storage();
  await seat.leave();
  await seat.line.cut();
  const fixture = join(import.meta.dirname, '../../fixtures/remove-and-die.ts');
  const kill = (folder: string, boundary: number) =>
    new Promise<string>((resolve) => void execFile(process.execPath, [fixture, folder, seat.line.url, lesson, String(boundary)], (error, _, said) => resolve(error?.signal ?? said)));
  let kept = 0;
  for (const boundary of [0, 1, 4, 9]) {
    const folder = join(temporaryFolder(), 'killed');
    cpSync(seat.data, folder, { recursive: true });
    expect(await kill(folder, boundary)).toBe('SIGKILL');
    const core = await openCoreAtSchool({ data: folder, url: seat.line.url });
    const [left] = await core.downloads.list();
    if (left) {
      kept += 1;
      expect(left.state).toBe('ready');
      expect(await core.downloads.verify(lesson)).toBe(0);
      expect((await core.downloads.storage()).lessonBytes).toBe(lessonBytes);
    } else {
      await expect.poll(async () => (await core.downloads.storage()).lessonBytes).toBe(0);
    }
    await core.dispose();
  }
  expect(kept).toBe(1);
});

it('a manifest out of an old cache is not taken for the new revision, and not for what is here either', async () => {
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
    await seat.core.catalog.refresh();
  };
  const manifests = () => cache.requests.filter(({ path }) => path === endpoints.manifest(lesson)).length;
  const asked = async (work: () => Promise<void>) => {
    const before = manifests();
    await work();
    await expect.poll(manifests).toBeGreaterThan(before);
    await becomes('ready');
  };
  try {
    seat.line.setTarget(cache.url);
    await seat.sitDownElsewhere();
    await takeHome();
    isStale = true;
    await asked(() => mend('a word was mended'));
    isStale = false;
    const before = seat.line.bytesDown(/^\/media\//);
    await asked(() => seat.core.catalog.refresh().then(() => {}));
    expect(seat.line.bytesDown(/^\/media\//)).toBeGreaterThan(before);
    // The newest is here now; what the cache still has is older, and takes nothing away.
    isStale = true;
    const whole = seat.line.bytesDown(/^\/media\//);
    await asked(() => mend('and another'));
    await seat.line.cut();
    await seat.core.connectivity.probe();
    expect(new Set(await playAll())).toEqual(new Set([200]));
    expect(seat.line.bytesDown(/^\/media\//)).toBe(whole);
  } finally {
    await cache.close();
    await other.close();
  }
});
