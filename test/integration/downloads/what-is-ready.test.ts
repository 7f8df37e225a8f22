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
import { playWhole } from '../../harness/play-whole.ts';
import { openRawServer, type RawAnswer } from '../../harness/raw-server.ts';
import { startSchoolServer, type SchoolServer } from '../../harness/school-server.ts';
import { temporaryFolder } from '../../harness/temporary-folder.ts';
import { encodeTinySchool, type people } from '../../harness/tiny-school.ts';

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
async function restart(who: keyof typeof people = 'both'): Promise<void> {
  await core.dispose();
  core = await openCoreAtSchool({ data, url: line.url, who });
}
const playAll = () => playWhole(core, lesson);
const largestBlock = () => blockFiles(data).toSorted((a, b) => statSync(b).size - statSync(a).size)[0] ?? '';

describe('a lesson that lost bytes is not called ready', () => {
  it('at the next start, when the books themselves know of none of its bytes; what lies there is taken in again', async () => {
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

  it('from the moment that playing it shows so, and is mended by itself when the line is back', async () => {
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

  it('nor for another student of this computer, who was not here when it was lost', async () => {
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

  it('and one that is paused stays paused when it is looked at', async () => {
    line.setBandwidth(slow / 3);
    await core.downloads.add([lesson], '480p');
    await expect.poll(async () => (await item())?.bytesDone ?? 0, { interval: 10 }).toBeGreaterThan(10_000);
    const pausing = core.downloads.pause(lesson);
    await becomes('paused');
    line.setBandwidth(null);
    await pausing;
    for (const file of blockFiles(data)) rmSync(file);
    expect(await core.downloads.verify(lesson)).toBeGreaterThan(0);
    expect((await item())?.state).toBe('paused');
  });
});

it('killed anywhere within a removal, a lesson is here as before or gives its bytes back at the next start', async () => {
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
      await expect.poll(async () => (await core.downloads.storage()).lessonBytes).toBe(0);
    }
    await core.dispose();
  }
  expect(kept).toBe(1);
  core = await openCoreAtSchool({ data, url: line.url });
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
    await core.catalog.refresh();
  };
  const manifests = () => cache.requests.filter(({ path }) => path === endpoints.manifest(lesson)).length;
  const asked = async (work: () => Promise<void>) => {
    const before = manifests();
    await work();
    await expect.poll(manifests).toBeGreaterThan(before);
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
