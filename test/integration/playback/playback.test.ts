import * as hlsParser from 'hls-parser';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Leases } from '../../../src/core/accounts/ports.ts';
import type { Core } from '../../../src/core/compose.ts';
import type { MediaResponse } from '../../../src/core/playback/ports.ts';
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
let data: string;
let source: PlaybackSource;
let encoded: string;
beforeAll(async () => {
  encoded = await encodeTinySchool();
  server = await startSchoolServer();
  line = await openLine({ target: server.url });
});
afterAll(async () => {
  await line.close();
  await server.close();
});
beforeEach(async () => {
  await server.restart();
  line.setTarget(server.url);
  await line.resume();
  data = temporaryFolder();
  core = await openCoreAtSchool({ data, url: line.url });
  return () => core.dispose();
});

interface Asked {
  readonly method?: string;
  readonly range?: string;
  readonly signal?: AbortSignal;
}

/** What the handler answers, its body as bytes. */
async function ask(path: string, { method = 'GET', range, signal = new AbortController().signal }: Asked = {}) {
  const response = await core.playback.respond({ method, path: `${source.mediaId}/${path}`, range: range ?? null, signal });
  return { ...response, bytes: await bytesOf(response) };
}
async function bytesOf({ body }: MediaResponse): Promise<Buffer> {
  if (body === null) return Buffer.alloc(0);
  return body instanceof ReadableStream ? Buffer.from(await new Response(body).arrayBuffer()) : Buffer.from(body);
}

const lesson = () => encodedLessonSchema.parse(JSON.parse(readFileSync(join(encoded, 'lessons/making-tea/lesson.json'), 'utf8')));

describe('a lesson with a ladder', () => {
  beforeEach(async () => {
    source = await core.playback.open('making-tea');
  });

  it('has playlists that another parser takes, with every quality and the sound', async () => {
    const master = hlsParser.parse((await ask('master.m3u8')).bytes.toString()) as hlsParser.types.MasterPlaylist;
    expect(master.variants.map(({ resolution }) => resolution?.height).toSorted()).toEqual([360, 480, 720]);
    for (const { uri, audio } of master.variants) {
      for (const address of [uri, audio[0]?.uri ?? '']) {
        const media = hlsParser.parse((await ask(address)).bytes.toString()) as hlsParser.types.MediaPlaylist;
        expect(media.endlist).toBe(true);
        const seconds = media.segments.reduce((sum, { duration }) => sum + duration, 0);
        expect(Math.abs(seconds * 1000 - source.durationMs)).toBeLessThan(500);
        for (const { duration } of media.segments) expect(Math.round(duration)).toBeLessThanOrEqual(media.targetDuration);
      }
    }
  });

  it('gives back the very bytes the encoder made, decrypted', async () => {
    for (const { id, file, initBytes, segments } of lesson().renditions) {
      const made = readFileSync(join(encoded, 'lessons/making-tea', file));
      const parts = [await ask(`${id}/0.m4s`)];
      for (const index of segments.keys()) parts.push(await ask(`${id}/${index + 1}.m4s`));
      expect(parts[0]?.bytes.length).toBe(initBytes);
      expect(Buffer.concat(parts.map(({ bytes }) => bytes)).equals(made)).toBe(true);
    }
  });

  it('answers ranges as RFC 9110 has them, with exact lengths', async () => {
    const [id = ''] = lesson().renditions.map((rendition) => rendition.id);
    const all = await ask(`${id}/1.m4s`);
    const size = all.bytes.length;
    const cases: [range: string, start: number, end: number][] = [
      ['bytes=0-', 0, size - 1],
      ['bytes=100-', 100, size - 1],
      ['bytes=10-19', 10, 19],
      ['bytes=-7', size - 7, size - 1],
      [`bytes=5-${size + 99}`, 5, size - 1],
    ];
    expect(all).toMatchObject({ status: 200, headers: { 'content-length': String(size), 'x-content-type-options': 'nosniff' } });
    for (const [range, start, end] of cases) {
      const part = await ask(`${id}/1.m4s`, { range });
      expect(part).toMatchObject({ status: 206, headers: { 'content-range': `bytes ${start}-${end}/${size}`, 'content-length': String(end - start + 1) } });
      expect(part.bytes.equals(all.bytes.subarray(start, end + 1))).toBe(true);
    }
    const past = await ask(`${id}/1.m4s`, { range: `bytes=${size}-` });
    expect(past).toMatchObject({ status: 416, headers: { 'content-range': `bytes */${size}`, 'content-length': '0' }, body: null });
    expect(await ask(`${id}/1.m4s`, { method: 'HEAD' })).toMatchObject({ status: 200, headers: { 'content-length': String(size) }, body: null });
    expect((await ask(`${id}/1.m4s`, { method: 'POST' })).status).toBe(405);
  });

  it('knows nothing else, however it is asked', async () => {
    const [id = ''] = lesson().renditions.map((rendition) => rendition.id);
    for (const path of ['', 'nothing', `${id}/9999.m4s`, `${id}/-1.m4s`, `${id}/1.mp4`, 'captions/%', 'captions/..%2f..%2fschool.db', '../poster/x', 'nothing.m3u8', `${id}/1.m4s/more`.replace('/more', '%00')]) {
      expect({ path, status: (await ask(path)).status }).toEqual({ path, status: 404 });
    }
    expect((await core.playback.respond({ method: 'GET', path: 'poster/%', range: null, signal: new AbortController().signal })).status).toBe(404);
  });

  it('has its captions in the very words', async () => {
    const [captions] = source.captions;
    const { bytes, headers } = await ask(captions?.url.split(`${source.mediaId}/`)[1] ?? '');
    expect(headers['content-type']).toMatch(/^text\/vtt/);
    expect(bytes.equals(readFileSync(join(encoded, 'lessons/making-tea/captions.en.vtt')))).toBe(true);
  });

  it('absent and offline is an answer of its own, and word comes when it can be had', async () => {
    const [id = ''] = lesson().renditions.map((rendition) => rendition.id);
    await ask(`${id}/0.m4s`);
    await line.cut();
    await core.connectivity.probe();
    const blocked: string[] = [];
    core.playback.blocked(({ code }) => blocked.push(code));
    const available = new Promise((resolve) => core.playback.available(resolve));
    const gone = await ask(`${id}/${lesson().renditions[0]?.segments.length ?? 0}.m4s`);
    expect(gone).toMatchObject({ status: 503, headers: { 'x-teachify-reason': 'unreachable' }, body: null });
    expect(blocked).toEqual(['unreachable']);
    await line.resume();
    await core.connectivity.probe();
    expect(await available).toEqual({ mediaId: source.mediaId });
    expect((await ask(`${id}/1.m4s`)).status).toBe(200);
  });

  it('a school that fails while the line is well is asked again by and by, until the part comes', async () => {
    const [id = ''] = lesson().renditions.map((rendition) => rendition.id);
    line.dropAnswers({ every: 1, path: /^\/media\//, status: 500 });
    const available: string[] = [];
    core.playback.available(({ mediaId }) => available.push(mediaId));
    expect(await ask(`${id}/1.m4s`)).toMatchObject({ status: 503, headers: { 'x-teachify-reason': 'server_error' } });
    expect(core.connectivity.state().status).toBe('online');
    await expect.poll(() => available).toEqual([source.mediaId]);
    expect((await ask(`${id}/1.m4s`)).status).toBe(503);
    line.dropAnswers(null);
    await expect.poll(() => available.length).toBe(2);
    expect((await ask(`${id}/1.m4s`)).status).toBe(200);
  });

  it('tries again at once when the student asks for it', async () => {
    const [id = ''] = lesson().renditions.map((rendition) => rendition.id);
    line.dropAnswers({ every: 1, path: /^\/media\//, status: 500 });
    expect((await ask(`${id}/1.m4s`)).status).toBe(503);
    line.dropAnswers(null);
    const available: string[] = [];
    core.playback.available(({ mediaId }) => available.push(mediaId));
    await core.playback.retry(source.mediaId);
    expect(available).toEqual([source.mediaId]);
    expect((await ask(`${id}/1.m4s`)).status).toBe(200);
  });

  it('whose lease is gone stands still for that, and goes on once the student has it asked for', async () => {
    const [id = ''] = lesson().renditions.map((rendition) => rendition.id);
    await ask(`${id}/1.m4s`);
    const account = core.accounts.current()?.accountId;
    if (account === undefined) throw new Error('Nobody is signed in');
    await (core.leases as Leases).drop(account, 'making-tea');
    expect(await ask(`${id}/2.m4s`)).toMatchObject({ status: 503, headers: { 'x-teachify-reason': 'lease_missing' } });
    const available: string[] = [];
    core.playback.available(({ mediaId }) => available.push(mediaId));
    await core.playback.retry(source.mediaId);
    expect(available).toEqual([source.mediaId]);
    expect((await ask(`${id}/2.m4s`)).status).toBe(200);
  });

  it('whose lease is gone is worth another try when word of leases comes, by that alone', async () => {
    const leases = core.leases as Leases & { renewDue(): Promise<void> };
    const [id = ''] = lesson().renditions.map((rendition) => rendition.id);
    await ask(`${id}/1.m4s`);
    // Without a line nothing is tried by the clock.
    await line.cut();
    await core.connectivity.probe();
    await leases.drop(core.accounts.current()?.accountId ?? 'nobody#', 'making-tea');
    const available: string[] = [];
    core.playback.available(({ mediaId }) => available.push(mediaId));
    expect(await ask(`${id}/1.m4s`)).toMatchObject({ status: 503, headers: { 'x-teachify-reason': 'lease_missing' } });
    expect(available).toEqual([]);
    await leases.renewDue();
    expect(available).toEqual([source.mediaId]);
  });

  it('captions that cannot be had are said to be so, and the film does not stand still for them', async () => {
    await line.cut();
    await core.connectivity.probe();
    const blocked: string[] = [];
    core.playback.blocked(({ code }) => blocked.push(code));
    const captions = await ask(source.captions[0]?.url.split(`${source.mediaId}/`)[1] ?? '');
    expect(captions).toMatchObject({ status: 503, headers: { 'x-teachify-reason': 'unreachable' } });
    expect(blocked).toEqual([]);
  });

  it('what was streamed is kept, counts for its quality, and crosses the line once', async () => {
    const { id = '', segments } = lesson().renditions.find(({ quality }) => quality === '360p') ?? { segments: [] };
    const sound = lesson().renditions.find(({ kind }) => kind === 'audio');
    const watch = async () => {
      for (const rendition of [{ id, segments }, sound ?? { id: '', segments: [] }]) for (let piece = 0; piece <= rendition.segments.length; piece++) expect((await ask(`${rendition.id}/${piece}.m4s`)).status).toBe(200);
    };
    await watch();
    const carried = line.bytesDown(/^\/media\//);
    await watch();
    expect(line.bytesDown(/^\/media\//)).toBe(carried);
    const { renditions } = await core.playback.availability(source.mediaId);
    expect(renditions.find(({ quality }) => quality === '360p')?.ranges).toEqual([[0, source.durationMs]].map(([start, end]) => [start, expect.closeTo(end ?? 0, -3) as number]));
    const before = await core.downloads.plan(['making-tea'], '360p');
    expect(before.presentBytes / before.bytes).toBeGreaterThan(0.8);
  });

  it('the next lesson knows what the line carries', async () => {
    const { id = '' } = lesson().renditions.find(({ quality }) => quality === '720p') ?? {};
    for (const piece of [0, 1, 2]) await ask(`${id}/${piece}.m4s`);
    expect(core.playback.bandwidth().bitsPerSecond).toBeGreaterThan(0);
    const next = await core.playback.open('drinking-tea');
    expect(next.bitsPerSecond).toBeGreaterThan(0);
  });

  it('only streamed, is checked on request: the part that rotted is found and fetched again', async () => {
    const { id = '', segments } = lesson().renditions.find(({ quality }) => quality === '360p') ?? { segments: [] };
    const watch = async () => {
      const parts: Buffer[] = [];
      for (let piece = 0; piece <= segments.length; piece++) parts.push((await ask(`${id}/${piece}.m4s`)).bytes);
      return Buffer.concat(parts);
    };
    const whole = await watch();
    const content = join(data, 'content');
    const blocks = readdirSync(content, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.blk')).map((name) => join(content, name));
    const largest = blocks.toSorted((a, b) => statSync(b).size - statSync(a).size)[0] ?? '';
    const bytes = readFileSync(largest);
    const middle = bytes.length >> 1;
    bytes[middle] = (bytes[middle] ?? 0) ^ 0xff;
    writeFileSync(largest, bytes);
    // What was hashed once in this run is believed for the rest of it.
    expect((await watch()).equals(whole)).toBe(false);
    expect(await core.playback.verify(source.mediaId)).toBe(1);
    expect((await watch()).equals(whole)).toBe(true);
    expect(await core.playback.verify(source.mediaId)).toBe(0);
  });

  it('leaves nothing open after 500 requests that were called off and 200 lessons that were opened', async () => {
    const [id = ''] = lesson().renditions.map((rendition) => rendition.id);
    await ask(`${id}/1.m4s`);
    const openFiles = () => readdirSync('/proc/self/fd').length;
    const before = openFiles();
    for (let round = 0; round < 500; round++) {
      const stopping = new AbortController();
      const asked = core.playback.respond({ method: 'GET', path: `${source.mediaId}/${id}/1.m4s`, range: 'bytes=0-9', signal: stopping.signal });
      stopping.abort();
      await asked;
    }
    for (let round = 0; round < 200; round++) await core.playback.close((await core.playback.open('making-tea')).mediaId);
    expect(openFiles()).toBeLessThanOrEqual(before + 3);
  });
});

describe('a plain film', () => {
  beforeEach(async () => {
    source = await core.playback.open('drinking-tea');
  });

  it('comes by ranges, piece after piece', async () => {
    const film = readFileSync(join(encoded, 'lessons/drinking-tea/video.mp4'));
    const all = await ask('video.mp4');
    expect(all).toMatchObject({ status: 200, headers: { 'content-length': String(film.length), 'accept-ranges': 'bytes' } });
    expect(all.bytes.equals(film)).toBe(true);
    const part = await ask('video.mp4', { range: 'bytes=1000-1999' });
    expect(part).toMatchObject({ status: 206, headers: { 'content-range': `bytes 1000-1999/${film.length}`, 'content-length': '1000' } });
    expect(part.bytes.equals(film.subarray(1000, 2000))).toBe(true);
    expect(await ask('video.mp4', { range: `bytes=${film.length}-` })).toMatchObject({ status: 416, headers: { 'content-length': '0' } });
    expect(await ask('video.mp4', { method: 'HEAD' })).toMatchObject({ status: 200, headers: { 'content-length': String(film.length) }, body: null });
  });

  it('that is not here and cannot be had is refused once', async () => {
    await line.cut();
    await core.connectivity.probe();
    const blocked: string[] = [];
    core.playback.blocked(({ code }) => blocked.push(code));
    expect(await ask('video.mp4')).toMatchObject({ status: 503, headers: { 'x-teachify-reason': 'unreachable' } });
    expect(blocked).toEqual(['unreachable']);
  });
});

describe('a page that goes without a word', () => {
  const cacheBytes = async () => (await core.downloads.storage()).cacheBytes;

  it('leaves no lesson open, and nothing of what was removed meanwhile', async () => {
    await core.downloads.add(['making-tea'], '360p');
    await expect.poll(async () => (await core.downloads.list())[0]?.state).toBe('ready');
    source = await core.playback.open('making-tea');
    const untilThen = await cacheBytes();
    await core.downloads.remove(['making-tea']);
    expect(await cacheBytes()).toBeGreaterThan(untilThen);
    await core.playback.closeAll();
    expect(await cacheBytes()).toBe(untilThen);
    expect((await ask('master.m3u8')).status).toBe(404);
  });

  it('is given nothing of what it was about to open', async () => {
    const late = core.playback.open('making-tea');
    await core.playback.closeAll();
    await expect(late).rejects.toMatchObject({ code: 'cancelled' });
    source = await core.playback.open('making-tea');
    expect((await ask('master.m3u8')).status).toBe(200);
  });
});
