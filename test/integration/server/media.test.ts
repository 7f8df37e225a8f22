import { createDecipheriv, createHash } from 'node:crypto';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import HLS from 'hls-parser';
import { flattenedVerify, importJWK, type JWK } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodePieceTable } from '../../../src/shared/models/piece-table.ts';
import { temporaryFolder } from '../../harness/temporary-folder.ts';
import { schoolClient, type SchoolClient } from '../../harness/school-client.ts';
import { mediaHttpContract, ownMediaHttpContract } from '../../harness/storage/media-http-contract.ts';
import { startSchoolServer, type SchoolServer } from '../../harness/school-server.ts';

const run = promisify(execFile);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

interface WireFile {
  sha256: string;
  bytes: number;
  key_id: string | null;
}
interface WireManifest {
  renditions: { id: string; kind: string; quality: string | null; file: WireFile; piece_table: WireFile }[];
  side_files: { role: string; file: WireFile }[];
}

let school: SchoolServer;
let student: SchoolClient;
let stranger: SchoolClient;
let manifest: WireManifest;
let signed: { payload: string; signature: string };

beforeAll(async () => {
  school = await startSchoolServer();
  student = schoolClient(school.url, (await school.signIn('tea')).tokens?.accessToken);
  stranger = schoolClient(school.url, (await school.signIn('letters')).tokens?.accessToken);
  signed = (await student.ask('/api/lessons/making-tea/manifest')).json();
  manifest = JSON.parse(signed.payload) as WireManifest;
});
afterAll(() => school.close());

describe('what a student sees', () => {
  it('lists the courses of the student and no others', async () => {
    const titles = async (client: SchoolClient) => (await client.ask('/api/courses')).json<{ courses: { title: string }[] }>().courses.map(({ title }) => title);
    expect(await titles(student)).toEqual(['Tea']);
    expect(await titles(stranger)).toEqual(['Letters']);
  });

  it('tells each lesson with what it costs per quality, best first', async () => {
    const { lessons } = (await student.ask('/api/courses/tea')).json<{ lessons: Record<string, unknown>[] }>();
    expect(lessons.map(({ id }) => id)).toEqual(['making-tea', 'drinking-tea']);
    const [ladder, plain] = lessons;
    expect(ladder).toMatchObject({ video_url: '/api/lessons/making-tea/playlist.m3u8', manifest_url: '/api/lessons/making-tea/manifest', revision: 1 });
    expect(ladder).toMatchObject({ qualities: [{ quality: '720p' }, { quality: '480p' }, { quality: '360p' }] });
    expect(plain).toMatchObject({ video_url: '/api/lessons/drinking-tea/video.mp4', manifest_url: null });
  });

  it('spends a few bytes when nothing has changed', async () => {
    const etag = (await student.ask('/api/courses')).headers.get('etag') ?? '';
    const again = await student.ask('/api/courses', { headers: { 'if-none-match': etag } });
    expect([again.status, again.text]).toEqual([304, '']);
  });
});

describe('who may open a lesson', () => {
  const keyPath = () => `/api/lessons/making-tea/keys/${manifest.renditions[0]?.file.key_id}`;
  const closed = (): [string, RequestInit?][] => [
    ['/api/lessons/making-tea'],
    ['/api/lessons/making-tea/manifest'],
    ['/api/lessons/making-tea/playlist.m3u8'],
    ['/api/lessons/making-tea/playlist_480p.m3u8'],
    ['/api/lessons/making-tea/captions_en.vtt'],
    [keyPath()],
    ['/api/lessons/making-tea/lease', { method: 'POST', body: '{"device_id":"d"}', headers: { 'content-type': 'application/json' } }],
    ['/api/lessons/drinking-tea/video.mp4'],
    ['/api/courses/tea'],
  ];

  it('refuses everything of it to who is not enrolled, and says so in the same words', async () => {
    for (const [path, init] of closed()) {
      const answer = await stranger.ask(path, init);
      expect([path, answer.status, answer.json()]).toEqual([path, 403, { error: 'Access denied', code: 'not_enrolled' }]);
    }
  });

  it('does not tell a lesson that is not there from one that is not theirs', async () => {
    expect((await stranger.ask('/api/lessons/no-such-lesson/manifest')).json()).toEqual({ error: 'Access denied', code: 'not_enrolled' });
  });

  it('refuses everything of it to who is not signed in', async () => {
    for (const [path, init] of closed()) expect([path, (await schoolClient(school.url).ask(path, init)).status]).toEqual([path, 401]);
  });

  it('gives ciphertext to anyone, which is of no use to them', async () => {
    const audio = manifest.renditions.find(({ kind }) => kind === 'audio');
    const answer = await schoolClient(school.url).bytes(`/media/${audio?.file.sha256}`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    const [, first] = decodePieceTable((await schoolClient(school.url).bytes(`/media/${audio?.piece_table.sha256}`)).body);
    expect(answer.body.subarray(first?.offset, (first?.offset ?? 0) + 64).includes('moof')).toBe(false);
  });

  it('tells a browser that asks first that pages from elsewhere may ask for ranges', async () => {
    const path = `/media/${'0'.repeat(64)}`;
    const answer = await fetch(`${school.url}${path}`, { method: 'OPTIONS', headers: { origin: 'https://player.example', 'access-control-request-method': 'GET', 'access-control-request-headers': 'range' } });
    expect(answer.status).toBe(204);
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect(answer.headers.get('access-control-allow-headers')).toContain('range');
    expect(answer.headers.get('access-control-allow-methods')).toContain('GET');
  });

  it('gives a key of sixteen bytes to who is enrolled, for files of that lesson only', async () => {
    const key = await student.bytes(keyPath());
    expect([key.status, key.body.length, key.headers.get('cache-control')]).toEqual([200, 16, 'no-store']);
    expect((await student.ask('/api/lessons/making-tea/keys/another')).status).toBe(404);
  });

  it('gives a lease of thirty days that names student, device and lesson', async () => {
    const { lease } = (await student.post('/api/lessons/making-tea/lease', { device_id: 'this-device' })).json<{ lease: string }>();
    const claims = JSON.parse(Buffer.from(lease.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
    expect(claims).toMatchObject({ student_id: 'of-tea', device_id: 'this-device', lesson_id: 'making-tea' });
    expect(Number(claims['expires_at']) - Number(claims['issued_at'])).toBe(30 * 24 * 3_600_000);
  });
});

describe('the signed manifest', () => {
  it('is signed by the key the server names, byte for byte', async () => {
    const { signing_key: key } = (await schoolClient(school.url).ask('/api/server')).json<{ signing_key: JWK }>();
    const [head = '', , mark = ''] = signed.signature.split('.');
    const verify = async (payload: string) =>
      flattenedVerify({ protected: head, payload: Buffer.from(payload).toString('base64url'), signature: mark }, await importJWK(key, 'EdDSA'));
    await expect(verify(signed.payload)).resolves.toBeDefined();
    await expect(verify(signed.payload.replace('480p', '481p'))).rejects.toThrow();
  });

  it('names files by the hash of their bytes, and every piece by its own', async () => {
    for (const { file, piece_table: table } of manifest.renditions) {
      const [bytes, tableBytes] = await Promise.all([file, table].map(async ({ sha256: id }) => (await student.bytes(`/media/${id}`)).body));
      if (!bytes || !tableBytes) throw new Error('No bytes');
      expect([sha256(bytes), bytes.length, sha256(tableBytes)]).toEqual([file.sha256, file.bytes, table.sha256]);
      const pieces = decodePieceTable(tableBytes);
      expect(pieces.length).toBeGreaterThan(2);
      for (const piece of pieces) expect(sha256(bytes.subarray(piece.offset, piece.offset + piece.length))).toBe(Buffer.from(piece.sha256 ?? []).toString('hex'));
    }
  });
});

describe('media by HTTP', () => {
  const path = () => `/media/${manifest.renditions.find(({ quality }) => quality === '480p')?.file.sha256}`;

  mediaHttpContract(() => ({ client: student, path: path() }));
  ownMediaHttpContract(() => ({ client: student, path: path() }));

  it.each(['/media/0000', `/media/${'0'.repeat(64)}`, '/media/..%2Fschool.db', '/media/%2e%2e/keys.json'])('knows nothing of %s', async (other) => {
    expect((await student.ask(other)).status).toBe(404);
  });

  it('gives a film in clear to nobody by its name alone, which who was enrolled once may know', async () => {
    const name = (await student.ask('/api/lessons/drinking-tea/video.mp4', { method: 'HEAD' })).headers.get('etag')?.replaceAll('"', '');
    expect(name).toMatch(/^[0-9a-f]{64}$/);
    expect((await stranger.ask(`/media/${name}`)).status).toBe(404);
    expect((await stranger.ask(`/media/${name}/0-9.mp4`)).status).toBe(404);
  });

  it('gives a plain video in parts, to the enrolled and to no cache', async () => {
    const answer = await student.bytes('/api/lessons/drinking-tea/video.mp4', { headers: { range: 'bytes=4-7' } });
    expect([answer.status, answer.body.toString(), answer.headers.get('content-type')]).toEqual([206, 'ftyp', 'video/mp4']);
    expect(answer.headers.get('cache-control')).toBe('private, no-cache');
  });
});

describe('playlists for players that know only HLS', () => {
  it('parse, name every rendition once, and lead to playlists that parse', async () => {
    const text = (await student.ask('/api/lessons/making-tea/playlist.m3u8')).text;
    const master = HLS.parse(text);
    if (!master.isMasterPlaylist) throw new Error('Not a multivariant playlist');
    expect(master.variants.map(({ resolution, uri }) => [resolution?.height, uri])).toEqual([
      [720, 'playlist_720p.m3u8'],
      [480, 'playlist_480p.m3u8'],
      [360, 'playlist_360p.m3u8'],
    ]);
    for (const { uri, bandwidth, averageBandwidth, codecs, audio, subtitles } of master.variants) {
      expect(bandwidth).toBeGreaterThanOrEqual(averageBandwidth ?? 0);
      expect(codecs).toMatch(/^avc1\.[0-9a-f]{6},mp4a\.40\.2$/);
      expect([audio.length, subtitles.length]).toEqual([1, 1]);
      const media = HLS.parse((await student.ask(`/api/lessons/making-tea/${uri}`)).text);
      if (media.isMasterPlaylist) throw new Error('Not a media playlist');
      expect(media.segments.every(({ key }) => key?.method === 'AES-128')).toBe(true);
      expect(Math.max(...media.segments.map(({ duration }) => Math.round(duration)))).toBeLessThanOrEqual(media.targetDuration);
    }
  });

  it.each(['480p', 'audio'])('decrypt as RFC 8216 says, to media that ffmpeg decodes whole: %s', async (rendition) => {
    const at = `/api/lessons/making-tea/playlist_${rendition}.m3u8`;
    const playlist = HLS.parse((await student.ask(at)).text);
    if (playlist.isMasterPlaylist) throw new Error('Not a media playlist');
    const fetched = async (uri: string, range?: { offset: number; length: number }) => {
      const headers: Record<string, string> = range ? { range: `bytes=${range.offset}-${range.offset + range.length - 1}` } : {};
      return (await student.bytes(new URL(uri, `http://school${at}`).pathname, { headers })).body;
    };
    const parts: Buffer[] = [];
    for (const { uri, byterange, key, map, mediaSequenceNumber } of playlist.segments) {
      if (parts.length === 0) parts.push(await fetched(map?.uri ?? '', map?.byterange));
      // 5.2: without an IV attribute it is the media sequence number, big-endian.
      const iv = Buffer.alloc(16);
      iv.writeUInt32BE(mediaSequenceNumber, 12);
      const decipher = createDecipheriv('aes-128-cbc', await fetched(key?.uri ?? ''), iv);
      parts.push(decipher.update(await fetched(uri, byterange)), decipher.final());
    }
    const file = join(temporaryFolder(), 'clear.mp4');
    await writeFile(file, Buffer.concat(parts));
    const { stdout, stderr } = await run('ffmpeg', ['-v', 'error', '-i', file, '-f', 'framemd5', '-']);
    expect(stderr).toBe('');
    const frames = stdout.split('\n').filter((line) => line.startsWith('0,')).length;
    const seconds = playlist.segments.reduce((sum, { duration }) => sum + duration, 0);
    expect(frames / seconds).toBeCloseTo(rendition === 'audio' ? 44_100 / 1024 : 10, -0.5);
  });
});
