import { readdirSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Core } from '../../../src/core/compose.ts';
import { openCoreAtSchool } from '../../harness/core-at-school.ts';
import { startSchoolServer, type SchoolServer } from '../../harness/school-server.ts';
import { temporaryFolder } from '../../harness/temporary-folder.ts';

const lessons = { pieces: 'making-tea', plain: 'drinking-tea' };

let server: SchoolServer;
let core: Core;
beforeAll(async () => {
  server = await startSchoolServer();
});
afterAll(() => server.close());
beforeEach(async () => {
  await server.restart();
  core = await openCoreAtSchool({ data: temporaryFolder(), url: server.url });
  return () => core.dispose();
});

async function takeHome(): Promise<void> {
  await core.downloads.add(Object.values(lessons), '480p');
  await expect.poll(async () => (await core.downloads.list()).map(({ state }) => state)).toEqual(['ready', 'ready']);
}

/** Open files of this process, where the system tells. */
const openFiles = () => (process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0);
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
/** What this process holds after a collection, heap and buffers. */
async function heldBytes(): Promise<number> {
  for (let round = 0; round < 3; round++) {
    collect();
    await new Promise(setImmediate);
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Does it some times to warm up, then many times: what is held may not grow with them. */
async function expectNoLeak(times: number, once: (nth: number) => Promise<void>): Promise<void> {
  for (let nth = 0; nth < 50; nth++) await once(nth);
  const [files, bytes] = [openFiles(), await heldBytes()];
  for (let nth = 0; nth < times; nth++) await once(nth);
  expect(openFiles() - files).toBeLessThanOrEqual(2);
  expect((await heldBytes()) - bytes).toBeLessThan(4 * 1024 * 1024);
}

it('500 requests that are aborted, before or within their body, leave no file open and nothing in memory', async () => {
  await takeHome();
  const { mediaId } = await core.playback.open(lessons.plain);
  await expectNoLeak(500, async (nth) => {
    const stop = new AbortController();
    const asking = core.playback.respond({ method: 'GET', path: `${mediaId}/video.mp4`, range: nth % 2 === 0 ? 'bytes=0-' : null, signal: stop.signal });
    if (nth % 3 === 0) stop.abort();
    const { status, body } = await asking;
    expect([200, 206]).toContain(status);
    if (!(body instanceof ReadableStream)) return;
    const reader = body.getReader();
    if (nth % 3 === 1) await reader.read();
    stop.abort();
    await reader.cancel();
  });
});

it('200 lessons that are opened, begun and closed leave no file open and nothing in memory', async () => {
  await takeHome();
  await expectNoLeak(200, async () => {
    const { mediaId } = await core.playback.open(lessons.pieces);
    const ask = async (path: string) => core.playback.respond({ method: 'GET', path: `${mediaId}/${path}`, range: null, signal: new AbortController().signal });
    const master = await ask('master.m3u8');
    expect(master.status).toBe(200);
    const playlist = /^[^#].*\.m3u8$/m.exec(Buffer.from(master.body as Uint8Array).toString())?.[0] ?? '';
    const segment = /^[^#].*\.m4s$/m.exec(Buffer.from((await ask(playlist)).body as Uint8Array).toString())?.[0] ?? '';
    expect((await ask(segment)).status).toBe(200);
    await core.playback.close(mediaId);
    expect((await ask(segment)).status).toBe(404);
  });
});
