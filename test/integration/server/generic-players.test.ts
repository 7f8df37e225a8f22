import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { endpoints } from '../../../src/shared/api/endpoints.ts';
import { breachesOf } from '../../harness/published-playlists.ts';
import { refusalOf, startSchoolServer, type SchoolServer, type Visitor } from '../../harness/school-server.ts';

const run = promisify(execFile);

let server: SchoolServer;
let student: Visitor;
beforeAll(async () => {
  server = await startSchoolServer();
  student = await server.signIn('tea');
});
afterAll(() => server.close());

/** What a player is told that knows HLS and how to send a header. */
const source = () => [
  ...['-v', 'error', '-headers', `Authorization: Bearer ${student.tokens?.accessToken}\r\n`],
  ...['-i', `${server.url}${endpoints.playlist('making-tea', 'playlist.m3u8')}`],
];

it('ffmpeg fetches keys and segments by itself and decodes picture and sound to the end', async () => {
  const { duration_ms: durationMs } = (await (await student.get(endpoints.lesson('making-tea'))).json()) as { duration_ms: number };
  const { stdout, stderr } = await run('ffmpeg', [...source(), '-map', '0:v:0', '-map', '0:a:0', '-f', 'framemd5', '-']);
  const frames = stdout.split('\n').filter((line) => line.startsWith('0,')).length;
  expect(stderr).toBe('');
  expect(Math.abs(frames - durationMs / 100)).toBeLessThanOrEqual(2);
});

it('its playlists break no rule of RFC 8216, down to the sizes of segments and keys', async () => {
  expect(await breachesOf(`${server.url}${endpoints.playlist('making-tea', 'playlist.m3u8')}`, student)).toEqual([]);
});

it('ffprobe finds every quality, the sound and the captions', async () => {
  const { stdout } = await run('ffprobe', [...source(), '-show_entries', 'stream=codec_name,height', '-of', 'json']);
  const { streams } = JSON.parse(stdout) as { streams: { codec_name: string; height?: number }[] };
  const heights = streams.filter(({ codec_name: codec }) => codec === 'h264').map(({ height = 0 }) => height);
  expect(heights.sort((a, b) => a - b)).toEqual([360, 480, 720]);
  expect(streams.some(({ codec_name: codec }) => codec === 'aac')).toBe(true);
});

it('a segment by its own address is the part of the file it names, for any cache, for ever', async () => {
  const playlist = await (await student.get(endpoints.playlist('making-tea', 'playlist_360p.m3u8'))).text();
  const [, path = '', sha256 = '', from = '', to = ''] = /\.\.(\/media\/([0-9a-f]{64})\/(\d+)-(\d+)\.m4s)/.exec(playlist) ?? [];
  const [start, end] = [Number(from), Number(to)];
  const whole = Buffer.from(await (await server.anyone.get(endpoints.media(sha256))).arrayBuffer());
  const answer = await server.anyone.get(path);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  expect(answer.headers.get('etag')).not.toBe(`"${sha256}"`);
  expect(Buffer.from(await answer.arrayBuffer()).equals(whole.subarray(start, end + 1))).toBe(true);

  const part = await server.anyone.get(path, { range: 'bytes=-5' });
  expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes ${end - start - 4}-${end - start}/${end - start + 1}`]);
  expect(Buffer.from(await part.arrayBuffer()).equals(whole.subarray(end - 4, end + 1))).toBe(true);
  expect((await server.anyone.get(path, { range: `bytes=${end - start + 1}-` })).status).toBe(416);
  expect((await server.anyone.head(path)).headers.get('content-length')).toBe(String(end - start + 1));

  for (const other of [`0-${whole.length}`, '9-5', 'a-b', '-5', '5-']) {
    expect(await refusalOf(await server.anyone.get(`${endpoints.media(sha256)}/${other}.m4s`))).toMatchObject({ status: 404, code: 'not_found' });
  }
});

it('captions are a playlist of one text that reaches to the end of the lesson', async () => {
  const playlist = await (await student.get(endpoints.playlist('making-tea', 'playlist_captions_en.m3u8'))).text();
  const [, seconds, name = ''] = /#EXTINF:([\d.]+),\n(\S+\.vtt)\n#EXT-X-ENDLIST/.exec(playlist) ?? [];
  const { duration_ms: durationMs } = (await (await student.get(endpoints.lesson('making-tea'))).json()) as { duration_ms: number };
  expect(Number(seconds)).toBeCloseTo(durationMs / 1000);
  const captions = await student.get(endpoints.playlist('making-tea', name));
  expect(captions.headers.get('content-type')).toContain('text/vtt');
  expect(await captions.text()).toMatch(/^WEBVTT\n[\s\S]*boil fresh water/);
});
