import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Core } from '../../../src/core/compose.ts';
import type { PlaybackSource } from '../../../src/shared/contracts/playback.ts';
import { encodedLessonSchema } from '../../../src/shared/models/encoded-lesson.ts';
import { openCoreAtSchool } from '../../harness/core-at-school.ts';
import { openLine, type Line } from '../../harness/line.ts';
import { startSchoolServer, type SchoolServer } from '../../harness/school-server.ts';
import { temporaryFolder } from '../../harness/temporary-folder.ts';
import { encodeTinySchool } from '../../harness/tiny-school.ts';

let server: SchoolServer;
let line: Line;
let core: Core;
let source: PlaybackSource;
beforeAll(async () => {
  server = await startSchoolServer();
  line = await openLine({ target: server.url });
});
afterAll(async () => {
  await line.close();
  await server.close();
});
beforeEach(async () => {
  line.setBandwidth(null);
  core = await openCoreAtSchool({ data: temporaryFolder(), url: line.url });
  return () => core.dispose();
});

const asked = (path: string) => core.playback.respond({ method: 'GET', path: `${source.mediaId}/${path}`, range: null, signal: new AbortController().signal });
/** What becomes of a body that is on its way. */
const read = (reader: ReadableStreamDefaultReader<Uint8Array>) => reader.read().then(({ done }) => (done ? 'ended' : 'given'), () => 'broken off');

describe('behind the lock of a shared computer', () => {
  const nothing = { status: 404, body: null };
  const unlock = () => core.accounts.choose(core.accounts.state().accountId ?? '', '2468');
  beforeEach(async () => {
    await core.settings.set({ sharedComputer: true });
    await core.accounts.setPin('2468', null);
  });

  it('a film that is on its way to the page ends there, and comes whole to the student who is back', async () => {
    source = await core.playback.open('drinking-tea');
    const { status, body } = await asked('video.mp4');
    expect(status).toBe(200);
    const reader = (body as ReadableStream<Uint8Array>).getReader();
    core.accounts.lock();
    expect(await read(reader)).toBe('broken off');
    expect(await asked('video.mp4')).toMatchObject(nothing);
    await unlock();
    const again = (await asked('video.mp4')).body as ReadableStream<Uint8Array>;
    expect(Buffer.from(await new Response(again).arrayBuffer()).equals(readFileSync(join(await encodeTinySchool(), 'lessons/drinking-tea/video.mp4')))).toBe(true);
  });

  it('what was asked for before it fell and comes afterwards is not given out, nor blamed on the line', async () => {
    source = await core.playback.open('making-tea');
    const { renditions } = encodedLessonSchema.parse(JSON.parse(readFileSync(join(await encodeTinySchool(), 'lessons/making-tea/lesson.json'), 'utf8')));
    const id = renditions[0]?.id ?? '';
    const blocked: string[] = [];
    core.playback.blocked(({ code }) => blocked.push(code));
    line.setBandwidth(0);
    const late = asked(`${id}/1.m4s`);
    core.accounts.lock();
    line.setBandwidth(null);
    expect(await late).toMatchObject(nothing);
    expect(blocked).toEqual([]);
    await unlock();
    await expect.poll(async () => (await asked(`${id}/1.m4s`)).status).toBe(200);
  });

  it('nobody finds the film of who stepped aside still coming', async () => {
    source = await core.playback.open('drinking-tea');
    const { body } = await asked('video.mp4');
    await core.accounts.stepAside();
    expect(await read((body as ReadableStream<Uint8Array>).getReader())).toBe('broken off');
  });
});

it('a film of who left is not given on to who sits down, on a computer of their own either', async () => {
  source = await core.playback.open('drinking-tea');
  const { body } = await asked('video.mp4');
  await core.accounts.stepAside();
  expect(await read((body as ReadableStream<Uint8Array>).getReader())).toBe('broken off');
});
