import { execFile } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { EncodedRendition } from '../../src/shared/models/encoded-lesson.ts';

const run = promisify(execFile);

const frameRate = 10;
/** Capped CRF, measured in docs/server.md: the cap only bites in full motion. */
const ladder = [
  { quality: '720p', width: 1280, height: 720, crf: 23, maxrate: '1600k', bufsize: '3200k' },
  { quality: '480p', width: 854, height: 480, crf: 23, maxrate: '900k', bufsize: '1800k' },
  { quality: '360p', width: 640, height: 360, crf: 24, maxrate: '500k', bufsize: '1000k' },
] as const;

interface Source {
  /** Holds `slides.txt` (ffmpeg's concat list) and `narration.wav`; the result goes here too. */
  readonly folder: string;
  readonly durationMs: number;
  readonly accent: string;
  readonly signal?: AbortSignal | undefined;
}

/** The ladder and one audio rendition in one run of ffmpeg, 6 s segments that each start with a key frame. */
export async function encodeLadder(source: Source): Promise<EncodedRendition[]> {
  const { folder, signal } = source;
  const splits = ladder.map(({ quality }) => `[s${quality}]`).join('');
  const scales = ladder.map(({ quality, width, height }) => `[s${quality}]scale=${width}:${height}[v${quality}]`).join(';');
  const hls = ['-f', 'hls', '-hls_time', '6', '-hls_playlist_type', 'vod', '-hls_segment_type', 'fmp4', '-hls_flags', 'single_file+independent_segments'];
  const videos = ladder.flatMap(({ quality, crf, maxrate, bufsize }) => [
    ...['-map', `[v${quality}]`, '-c:v', 'libx264', '-preset', 'veryfast', '-crf', String(crf), '-maxrate', maxrate, '-bufsize', bufsize],
    ...['-pix_fmt', 'yuv420p', '-force_key_frames', 'expr:gte(t,n_forced*6)', '-sc_threshold', '0', '-g', '600'],
    ...[...hls, '-hls_segment_filename', `${quality}.mp4`, `${quality}.m3u8`],
  ]);
  const audio = ['-map', '1:a', ...audioCodec, ...hls, '-hls_segment_filename', 'audio.mp4', 'audio.m3u8'];
  const graph = `${picture(source)}split=${ladder.length}${splits};${scales}`;
  await run('ffmpeg', [...inputs, '-filter_complex', graph, ...videos, ...audio], { cwd: folder, maxBuffer: 1e8, ...(signal ? { signal } : {}) });
  const renditions = ladder.map(({ quality, width, height }) => ({ id: quality, kind: 'video' as const, file: `${quality}.mp4`, quality, width, height, frameRate }));
  const sound = { id: 'audio', kind: 'audio' as const, file: 'audio.mp4', quality: null, width: null, height: null, frameRate: null };
  return Promise.all([...renditions, sound].map(async (rendition) => ({ ...rendition, ...(await measure(folder, rendition)) })));
}

/** One ordinary MP4, its index in front. */
export async function encodePlain(source: Source): Promise<void> {
  const graph = `${picture(source)}scale=854:480[v]`;
  const video = ['-map', '[v]', '-c:v', 'libx264', '-preset', 'veryfast', '-crf', '23', '-pix_fmt', 'yuv420p', '-g', '60'];
  const args = [...inputs, '-filter_complex', graph, ...video, '-map', '1:a', ...audioCodec, '-movflags', '+faststart', 'video.mp4'];
  await run('ffmpeg', args, { cwd: source.folder, maxBuffer: 1e8, ...(source.signal ? { signal: source.signal } : {}) });
}

const inputs = ['-y', '-v', 'error', '-f', 'concat', '-safe', '0', '-i', 'slides.txt', '-i', 'narration.wav'];
const audioCodec = ['-af', 'loudnorm=I=-18:TP=-2', '-ar', '44100', '-c:a', 'aac', '-ac', '1', '-b:a', '64k'];

/** Stills at a steady rate with a line that grows along the bottom, so that every moment looks a little different. */
function picture({ durationMs, accent }: Source): string {
  const seconds = (durationMs / 1000).toFixed(3);
  return [
    `[0:v]fps=${frameRate},tpad=stop_mode=clone:stop_duration=5,trim=duration=${seconds}[base]`,
    `color=c=${accent}:s=1280x10:r=${frameRate}:d=${seconds}[bar]`,
    `[base][bar]overlay=x='-w+w*t/${seconds}':y=H-10,`,
  ].join(';');
}

/** Where the segments lie, by ffmpeg's own playlist, and which codec is inside, by the file. */
async function measure(folder: string, { id, kind, file }: { id: string; kind: 'video' | 'audio'; file: string }) {
  const playlist = await readFile(join(folder, `${id}.m3u8`), 'utf8');
  const initBytes = Number(/#EXT-X-MAP:.*BYTERANGE="(\d+)@0"/.exec(playlist)?.[1]);
  const segments = [...playlist.matchAll(/#EXTINF:([\d.]+),[^\n]*\n#EXT-X-BYTERANGE:(\d+)@(\d+)/g)].map(([, seconds, bytes, offset]) => ({
    offset: Number(offset),
    bytes: Number(bytes),
    durationUs: Math.round(Number(seconds) * 1e6),
  }));
  return { initBytes, segments, codecs: kind === 'audio' ? 'mp4a.40.2' : await avcCodec(join(folder, file), initBytes) };
}

/** `avc1.` and the profile, constraints and level of the avcC box (ISO/IEC 14496-15 5.3.3.1). */
async function avcCodec(path: string, initBytes: number): Promise<string> {
  const file = await open(path, 'r');
  const { buffer } = await file.read(Buffer.alloc(initBytes), 0, initBytes, 0).finally(() => file.close());
  const box = buffer.indexOf('avcC');
  if (box < 0) throw new Error(`No avcC box in ${path}`);
  return `avc1.${buffer.subarray(box + 5, box + 8).toString('hex')}`;
}
