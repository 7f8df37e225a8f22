import Database from 'better-sqlite3';
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Core } from '../../../src/core/compose.ts';
import type { PlaybackSource } from '../../../src/shared/contracts/playback.ts';
import { openCoreAtSchool } from '../../harness/core-at-school.ts';
import { encodeCmaf, encodeLockedTs, linkForeign, openForeignHouse, type ForeignHouse } from '../../harness/foreign-hls.ts';
import { startSchoolServer, type SchoolServer } from '../../harness/school-server.ts';
import { temporaryFolder } from '../../harness/temporary-folder.ts';
import { people } from '../../harness/tiny-school.ts';

const run = promisify(execFile);

let server: SchoolServer;
let house: ForeignHouse;
let folder: string;
let data: string;
let core: Core;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'teachify-elsewhere-'));
  await Promise.all([encodeLockedTs(folder), encodeCmaf(folder)]);
  server = await startSchoolServer();
  house = await openForeignHouse(folder);
  await linkForeign(server, 'locked', `${house.url}/ts/playlist.m3u8`);
  await linkForeign(server, 'ranges', `${house.url}/cmaf/master.m3u8`);
});
afterAll(async () => {
  await house.close();
  await server.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  Object.assign(house.manner, { etags: true, silent: false, cutOnce: null, permission: null, gone: false });
  house.requests.length = 0;
  // Signing in is limited by the minute.
  await server.restart();
  data = temporaryFolder();
  core = await openCoreAtSchool({ data, url: server.url });
  return () => core.dispose();
});

async function takeHome(id: string, quality: string): Promise<void> {
  await core.downloads.add([id], quality);
  await expect.poll(async () => stateOf(id)).toBe('ready');
}
async function stateOf(id: string): Promise<string | undefined> {
  return (await core.downloads.list()).find(({ lessonId }) => lessonId === id)?.state;
}

/** Writes all that the handler gives of a lesson into a folder, so that ffmpeg can be asked what is in it. */
async function unpack(source: PlaybackSource): Promise<string> {
  const to = temporaryFolder();
  const get = async (path: string): Promise<Buffer> => {
    const response = await core.playback.respond({ method: 'GET', path: `${source.mediaId}/${path}`, range: null, signal: new AbortController().signal });
    expect(response.status).toBe(200);
    const bytes = Buffer.from(response.body as Uint8Array);
    mkdirSync(dirname(join(to, path)), { recursive: true });
    writeFileSync(join(to, path), bytes);
    return bytes;
  };
  const master = (await get('master.m3u8')).toString();
  for (const [name] of master.matchAll(/r\d+\.m3u8/g)) {
    const media = (await get(name)).toString();
    for (const [part] of media.matchAll(/r\d+\/\d+\.m4s/g)) await get(part);
  }
  return join(to, 'master.m3u8');
}
async function frames(file: string, stream: string): Promise<string> {
  const { stdout, stderr } = await run('ffmpeg', ['-v', 'error', '-allowed_extensions', 'ALL', '-extension_picky', '0', '-i', file, '-map', stream, '-f', 'framemd5', '-']);
  expect(stderr).toBe('');
  return stdout.split('\n').filter((line) => !line.startsWith('#')).map((line) => line.split(',').at(-1)).join('\n');
}

it('MPEG-2 TS locked by AES-128 is taken home, plays with the house gone, and shows the very frames', async () => {
  await takeHome('locked', 'original');
  expect(house.requests.every(({ authorization }) => authorization === null)).toBe(true);
  const expected = await frames(join(folder, 'ts/playlist.m3u8'), '0:v:0');
  house.manner.permission = 'never';
  const source = await core.playback.open('locked');
  expect(source).toMatchObject({ kind: 'hls', downloadedQuality: 'original', durationMs: 7000 });
  expect(await core.playback.availability(source.mediaId)).toMatchObject({ renditions: [{ quality: 'original', ranges: [[0, 7000]] }] });
  expect(await frames(await unpack(source), '0:v:0')).toBe(expected);
});

it('keys lie nowhere in clear', async () => {
  await takeHome('locked', 'original');
  const key = readFileSync(join(folder, 'ts/secret.key'));
  for (const name of readdirSync(data, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())) {
    const bytes = readFileSync(join(name.parentPath, name.name));
    for (const form of [key, key.toString('hex'), key.toString('base64')]) expect(bytes.includes(form)).toBe(false);
  }
});

/** The keys of the lesson as they lie wrapped on the disk. */
function wrappedKeys(): string[] {
  const disk = new Database(join(data, 'content.db'), { readonly: true });
  const payload = disk.prepare("SELECT payload FROM lesson_contents WHERE lesson_id = 'locked'").pluck().get() as string;
  disk.close();
  return [...new Set([...payload.matchAll(/"wrapped":"([^"]+)"/g)].map(([, wrapped = '']) => wrapped))];
}
const onDisk = () => Buffer.concat(readdirSync(data).filter((name) => name.startsWith('content.db')).map((name) => readFileSync(join(data, name))));
const signIn = (who: keyof typeof people) => core.accounts.signIn(people[who].email, people[who].password);

it('signing out of a shared computer takes the keys of a lesson from elsewhere along, from the file too; one request brings them back', async () => {
  await core.settings.set({ sharedComputer: true });
  await takeHome('locked', 'original');
  const [wrapped = ''] = wrappedKeys();
  expect(onDisk().includes(wrapped)).toBe(true);
  await core.accounts.signOut();
  expect([wrappedKeys(), onDisk().includes(wrapped)]).toEqual([[], false]);

  await signIn('both');
  house.manner.gone = true;
  await expect(core.playback.open('locked')).rejects.toMatchObject({ code: 'lease_missing' });
  expect(await stateOf('locked')).toBe('ready');
  house.manner.gone = false;
  house.requests.length = 0;
  const source = await core.playback.open('locked');
  expect(house.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /ts/secret.key']);
  house.manner.gone = true;
  expect(await frames(await unpack(source), '0:v:0')).toBe(await frames(join(folder, 'ts/playlist.m3u8'), '0:v:0'));
  await core.playback.close(source.mediaId);
  await expect(core.playback.open('locked')).resolves.toMatchObject({ kind: 'hls' });
});

it('a key that moved is found by reading the playlist anew', async () => {
  await core.settings.set({ sharedComputer: true });
  await takeHome('locked', 'original');
  await core.accounts.signOut();
  await signIn('both');
  const [playlist, key] = [join(folder, 'ts/playlist.m3u8'), join(folder, 'ts/secret.key')];
  const before = readFileSync(playlist, 'utf8');
  await writeFile(join(folder, 'ts/moved.key'), readFileSync(key));
  await writeFile(playlist, before.replaceAll('secret.key', 'moved.key'));
  house.manner.refused = { '/ts/secret.key': 404 };
  const source = await core.playback.open('locked');
  house.manner.refused = {};
  expect((await core.playback.availability(source.mediaId)).renditions[0]?.ranges).toEqual([[0, 7000]]);
  await writeFile(playlist, before);
});

it('who stays in the list of a shared computer keeps the keys of what they took home', async () => {
  await core.settings.set({ sharedComputer: true });
  await takeHome('locked', 'original');
  const keys = wrappedKeys();
  await signIn('tea');
  await core.catalog.refresh();
  await core.playback.open('locked');
  await core.accounts.signOut();
  expect(wrappedKeys()).toEqual(keys);
  await signIn('both');
  await core.accounts.signOut();
  expect(wrappedKeys()).toEqual([]);
});

it('keys that were on their way when their student signed out are not written down', async () => {
  await core.settings.set({ sharedComputer: true });
  const opening = core.playback.open('locked').catch(() => null);
  await expect.poll(() => house.requests.some(({ path }) => path === '/ts/playlist.m3u8')).toBe(true);
  await core.accounts.signOut();
  await opening;
  expect(onDisk().includes('"wrapped":"')).toBe(false);
});

it('byte ranges of fragmented MP4 with sound apart come in joined requests, at the quality that was wished and no other', async () => {
  await takeHome('ranges', '90p');
  const media = house.requests.filter(({ method, path }) => method === 'GET' && path.endsWith('.m4s'));
  expect(new Set(media.map(({ path }) => path))).toEqual(new Set(['/cmaf/small.m4s', '/cmaf/sound.m4s']));
  expect(media.length).toBeLessThanOrEqual(4);
  const source = await core.playback.open('ranges');
  expect(source.qualities.map(({ quality, onThisComputer }) => [quality, onThisComputer])).toEqual([['180p', false], ['90p', true]]);
  const file = await unpack(source);
  expect(await frames(file, '0:v:1')).toBe(await frames(join(folder, 'cmaf/small.m3u8'), '0:v:0'));
  expect(await frames(file, '0:a:0')).toBe(await frames(join(folder, 'cmaf/sound.m3u8'), '0:a:0'));
});

it('captions in segments are one file for the player', async () => {
  const source = await core.playback.open('ranges');
  const [captions] = source.captions;
  const path = captions?.url.split('/media/')[1] ?? '';
  const { body } = await core.playback.respond({ method: 'GET', path, range: null, signal: new AbortController().signal });
  expect(Buffer.from(body as Uint8Array).toString()).toBe('WEBVTT\n\n00:00:01.000 --> 00:00:02.500\nWater boils.\n\n00:00:05.000 --> 00:00:06.000\nLeaves sink.\n');
});

it('what is said in segments is found in all lessons once it is on this computer, without a line', async () => {
  expect(await core.transcripts.search('leaves')).toEqual({ lessons: [], searched: 0 });
  await takeHome('ranges', '360p');
  house.manner.gone = true;
  const { lessons, searched } = await core.transcripts.search('leaves sink');
  expect(searched).toBe(1);
  expect(lessons.map(({ lessonId, count, lines }) => ({ lessonId, count, at: lines.map(({ startMs }) => startMs) }))).toEqual([{ lessonId: 'ranges', count: 1, at: [5000] }]);
  await core.downloads.remove(['ranges']);
  expect(await core.transcripts.search('leaves')).toEqual({ lessons: [], searched: 0 });
});

it('a house that never says how long anything is, nor what guards it, is taken home all the same', async () => {
  Object.assign(house.manner, { etags: false, silent: true });
  await takeHome('locked', 'original');
  const source = await core.playback.open('locked');
  expect(await frames(await unpack(source), '0:v:0')).toBe(await frames(join(folder, 'ts/playlist.m3u8'), '0:v:0'));
});

it('a segment whose length nobody says and that was cut where it was counted is not believed: it is described anew', async () => {
  Object.assign(house.manner, { etags: false, silent: true, cutOnce: { path: '/ts/playlist1.ts', after: 1_600 } });
  await takeHome('locked', 'original');
  const source = await core.playback.open('locked');
  expect(await frames(await unpack(source), '0:v:0')).toBe(await frames(join(folder, 'ts/playlist.m3u8'), '0:v:0'));
});

it('a segment that changed after the lesson was looked at is not mixed in: the lesson is described anew', async () => {
  await core.playback.open('locked');
  const segment = join(folder, 'ts/playlist1.ts');
  const before = readFileSync(segment);
  await writeFile(segment, Buffer.concat([before.subarray(0, 16), before]));
  await takeHome('locked', 'original');
  const source = await core.playback.open('locked');
  expect((await core.playback.availability(source.mediaId)).renditions[0]?.ranges).toEqual([[0, 7000]]);
  await writeFile(segment, before);
});

it.each([
  ['a live stream', '#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nplaylist0.ts\n', 'media_undecodable'],
  ['a lock of its own', '#EXTM3U\n#EXT-X-VERSION:5\n#EXT-X-TARGETDURATION:4\n#EXT-X-KEY:METHOD=SAMPLE-AES,URI="skd://x",KEYFORMAT="com.apple.streamingkeydelivery"\n#EXTINF:4,\nplaylist0.ts\n#EXT-X-ENDLIST\n', 'media_undecodable'],
  ['an address that is none', '#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n', 'manifest_invalid'],
  ['no playlist', 'hello', 'manifest_invalid'],
])('%s is refused with its reason', async (_, text, code) => {
  const playlist = join(folder, 'ts/playlist.m3u8');
  const before = readFileSync(playlist);
  await writeFile(playlist, text);
  await expect(core.playback.open('locked')).rejects.toMatchObject({ code });
  await writeFile(playlist, before);
});
