import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { addLesson } from '../../src/server/cli/add-lesson.ts';
import type { SchoolServer } from './school-server.ts';

const run = promisify(execFile);

/** What an address answers of its files; a test may change it between requests. */
export interface Manner {
  /** Strong validators; without, none. */
  etags: boolean;
  /** HEAD is refused and bodies come chunked, so that no length is known before the end. */
  silent: boolean;
  /** The next body of this file ends after so many bytes, as if that were all. */
  cutOnce: { readonly path: string; readonly after: number } | null;
  /** A query that has to be there, as in addresses that are good for some hours. */
  permission: string | null;
  /** Addresses of segments are good for so many requests; the playlist names fresh ones each time it is read. Null for addresses that stay good. */
  goodFor: number | null;
  /** Nobody answers at all. */
  gone: boolean;
  /** What is asked for by GET under these paths is refused with their status. */
  refused: Readonly<Record<string, number>>;
}

/** Another house that gives out HLS: plain files, ranges, and a note of each request. */
export interface ForeignHouse {
  readonly url: string;
  readonly manner: Manner;
  readonly requests: { readonly method: string; readonly path: string; readonly range: string | null; readonly authorization: string | null; status: number }[];
  close(): Promise<void>;
}

export async function openForeignHouse(folder: string): Promise<ForeignHouse> {
  const manner: Manner = { etags: true, silent: false, cutOnce: null, permission: null, goodFor: null, gone: false, refused: {} };
  let pass = 0;
  let used = 0;
  /** Whether a segment is still given out under this address. */
  const isGood = (method: string | undefined, query: string): boolean => {
    if (manner.goodFor === null) return true;
    if (query !== `?pass=${pass}`) return false;
    if (method === 'GET' && ++used % manner.goodFor === 0) pass += 1;
    return true;
  };
  const requests: ForeignHouse['requests'] = [];
  const server: Server = createServer((request, response) => {
    const { pathname: path, search } = new URL(request.url ?? '/', 'http://here');
    const { range = null, authorization = null } = request.headers;
    const note = { method: request.method ?? '', path, range, authorization, status: 0 };
    requests.push(note);
    response.once('close', () => (note.status = response.statusCode));
    if (manner.gone) return void request.socket.destroy();
    if (manner.permission !== null && search !== `?${manner.permission}`) return void response.writeHead(403).end();
    const refusal = request.method === 'GET' ? manner.refused[path] : undefined;
    if (refusal !== undefined) return void response.writeHead(refusal).end();
    if (/\.(ts|m4s)$/.test(path) && !isGood(request.method, search)) return void response.writeHead(403).end();
    void readFile(join(folder, path)).then(
      (stored) => {
        const bytes = path.endsWith('.m3u8') && manner.goodFor !== null ? withPass(stored, pass) : stored;
        const etag = `"${createHash('sha256').update(bytes).digest('hex')}"`;
        const headers = manner.etags ? { etag } : {};
        const asked = /^bytes=(\d+)-(\d+)$/.exec(range ?? '');
        if (manner.silent && request.method === 'HEAD') return response.writeHead(405).end();
        if (manner.cutOnce?.path === path && request.method === 'GET') {
          const { after } = manner.cutOnce;
          manner.cutOnce = null;
          return response.writeHead(200).write(bytes.subarray(0, after), () => response.end());
        }
        if (manner.silent) return response.writeHead(200).write(bytes, () => response.end());
        if (asked && (request.headers['if-range'] ?? etag) === etag) {
          const [from, to] = [Number(asked[1]), Number(asked[2])];
          const part = bytes.subarray(from, to + 1);
          return response.writeHead(206, { ...headers, 'content-range': `bytes ${from}-${to}/${bytes.length}`, 'content-length': part.length }).end(part);
        }
        return response.writeHead(200, { ...headers, 'content-length': bytes.length }).end(request.method === 'HEAD' ? undefined : bytes);
      },
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    manner,
    requests,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Lines that are addresses get what lets one in now. */
function withPass(playlist: Buffer, pass: number): Buffer {
  return Buffer.from(playlist.toString().replace(/^[^#\n].*$/gm, (address) => `${address}?pass=${pass}`));
}

/** Makes a playlist of the house a lesson of the school. */
export async function linkForeign(server: SchoolServer, id: string, address: string): Promise<void> {
  const teacher = await server.signIn('both');
  const { course_id: course } = (await (await teacher.get('/api/lessons/making-tea')).json()) as { course_id: string };
  const surroundings = { env: {}, now: () => server.clock.now(), print: () => {}, say: () => {} };
  await addLesson([address, '--id', id, '--course', course, '--data', server.folder], surroundings);
}

const picture = ['-f', 'lavfi', '-i', 'testsrc2=s=320x180:r=10:d=7'];
const sound = ['-f', 'lavfi', '-i', 'sine=d=7'];
const video = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '20', '-keyint_min', '20', '-sc_threshold', '0', '-pix_fmt', 'yuv420p'];
const hls = ['-f', 'hls', '-hls_time', '2', '-hls_playlist_type', 'vod'];

/** `ts/`: MPEG-2 TS with picture and sound together, each segment locked by AES-128, a media playlist alone. */
export async function encodeLockedTs(folder: string): Promise<void> {
  const to = join(folder, 'ts');
  await mkdir(to, { recursive: true });
  await writeFile(join(to, 'secret.key'), randomBytes(16));
  await writeFile(join(to, 'key.info'), `secret.key\n${join(to, 'secret.key')}\n`);
  await run('ffmpeg', ['-v', 'error', ...picture, ...sound, ...video, '-c:a', 'aac', ...hls, '-hls_key_info_file', join(to, 'key.info'), join(to, 'playlist.m3u8')]);
}

/** `cmaf/`: fragmented MP4 as byte ranges of one file, sound and captions apart, two sizes, under a multivariant playlist. */
export async function encodeCmaf(folder: string): Promise<void> {
  const to = join(folder, 'cmaf');
  await mkdir(to, { recursive: true });
  const single = [...hls, '-hls_segment_type', 'fmp4', '-hls_flags', 'single_file'];
  for (const [name, size] of [['small', '160x90'], ['large', '320x180']] as const) {
    await run('ffmpeg', ['-v', 'error', ...picture, ...video, '-s', size, ...single, join(to, `${name}.m3u8`)]);
  }
  await run('ffmpeg', ['-v', 'error', ...sound, '-c:a', 'aac', ...single, join(to, 'sound.m3u8')]);
  const cues = ['00:00:01.000 --> 00:00:02.500\nWater boils.', '00:00:05.000 --> 00:00:06.000\nLeaves sink.'];
  const words = ['#EXTM3U', '#EXT-X-TARGETDURATION:4', '#EXT-X-PLAYLIST-TYPE:VOD'];
  for (const [index, cue] of cues.entries()) {
    await writeFile(join(to, `words${index}.vtt`), `WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000\n\n${cue}\n`);
    words.push('#EXTINF:3.5,', `words${index}.vtt`);
  }
  await writeFile(join(to, 'words.m3u8'), `${[...words, '#EXT-X-ENDLIST'].join('\n')}\n`);
  const master = [
    ...['#EXTM3U', '#EXT-X-VERSION:7'],
    '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="English",LANGUAGE="en",DEFAULT=YES,AUTOSELECT=YES,URI="sound.m3u8"',
    '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="s",NAME="English",LANGUAGE="en",DEFAULT=NO,AUTOSELECT=YES,URI="words.m3u8"',
    ...['#EXT-X-STREAM-INF:BANDWIDTH=300000,RESOLUTION=160x90,CODECS="avc1.42c00a,mp4a.40.2",AUDIO="a",SUBTITLES="s"', 'small.m3u8'],
    ...['#EXT-X-STREAM-INF:BANDWIDTH=900000,RESOLUTION=320x180,CODECS="avc1.42c00c,mp4a.40.2",AUDIO="a",SUBTITLES="s"', 'large.m3u8'],
  ];
  await writeFile(join(to, 'master.m3u8'), `${master.join('\n')}\n`);
}
