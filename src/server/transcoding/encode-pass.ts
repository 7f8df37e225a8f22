import type { EncodedRendition } from '../../shared/models/encoded-lesson.ts';
import { sparing } from '../../shared/models/quality.ts';
import type { Rung } from './ladder.ts';
import { measure } from './measure.ts';
import { inputOf, type Brightness } from './probe.ts';
import { runFfmpeg } from './run-ffmpeg.ts';

export interface Pass {
  readonly source: string;
  /** Where the renditions go, beside what an earlier pass made. */
  readonly folder: string;
  readonly rungs: readonly Rung[];
  readonly brightness: Brightness;
  /** 1 for a voice; null for no sound in this pass. */
  readonly audioChannels: 1 | 2 | null;
  /** Frames a second of the picture, whose cuts the sound follows; null for sound alone. */
  readonly frameRate: number | null;
  /** A picture of the first rung on the way: the first frame at so many ms of the timeline or after, into this file, which is not made when there is none. */
  readonly still?: { readonly file: string; readonly atMs: number } | null;
  readonly onTime?: (ms: number) => void;
  readonly signal?: AbortSignal | undefined;
}

const segmentSeconds = 6;

/**
 * Some renditions in one run of ffmpeg, each a single-file CMAF of 6 s segments that start with an IDR. Every pass over a source
 * lays its frames on the same timeline, from 0, so that what they make belongs together.
 */
export async function encodePass({ source, folder, rungs, brightness, audioChannels, frameRate, still = null, onTime, signal }: Pass): Promise<EncodedRendition[]> {
  const cut = cutAfter(frameRate);
  const sounds = audioChannels === null ? [] : soundsFor(audioChannels);
  const outputs = [...rungs.flatMap((rung, index) => videoOutput(rung, index, cut)), ...sounds.flatMap((sound) => audioOutput(sound, cut)), ...(still && rungs.length > 0 ? ['-map', '[still]', ...stillOutput(still.file)] : [])];
  const graph = rungs.length === 0 ? [] : ['-filter_complex', videoGraph(rungs, brightness, still?.atMs ?? null)];
  await runFfmpeg([...inputOf(source), ...graph, ...outputs], { folder, onTime, signal });
  const renditions = [
    ...rungs.map(({ quality, codec, width, height, frameRate: rate }) => ({ id: quality, kind: 'video' as const, codec, file: `${quality}.mp4`, quality, width, height, frameRate: rate })),
    ...sounds.map(({ id, quality }) => ({ id, kind: 'audio' as const, codec: 'aac' as const, file: `${id}.mp4`, quality, width: null, height: null, frameRate: null })),
  ];
  const measured = await Promise.all(renditions.map(async ({ codec, ...rendition }) => ({ ...rendition, ...(await measure(folder, { ...rendition, codec })) })));
  // ffmpeg leaves a stream without a single frame as a file without a segment.
  return measured.filter(({ segments }) => segments.length > 0);
}

interface Cut {
  /** Of a segment. */
  readonly frames: number;
  /** ffmpeg cuts at the first key frame at or after this, in seconds. */
  readonly seconds: string;
}

/** The fewest whole frames of 6 s, so that every codec can cut at the very same ones: 180 at 29.97 a second, which is 6.006 s. */
function cutAfter(frameRate: number | null): Cut {
  if (frameRate === null) return { frames: 0, seconds: String(segmentSeconds) };
  const frames = Math.max(1, Math.ceil(segmentSeconds * frameRate - 0.001));
  return { frames, seconds: Math.max(segmentSeconds, Math.floor((frames / frameRate) * 1e6) / 1e6).toFixed(6) };
}

/** The capital V leaves cover pictures out. `start_time=0` holds the first frame from 0 when the picture begins late. */
function videoGraph(rungs: readonly Rung[], brightness: Brightness, stillMs: number | null): string {
  const rate = rungs[0]?.frameRate ?? 30;
  const splits = rungs.map((_, index) => `[s${index}]`).join('');
  const scales = rungs.map(({ width, height }, index) => `[s${index}]scale=${width}:${height},${toneFilter(brightness)}setsar=1[v${index}]`);
  const graph = [`[0:V:0]fps=fps=${rate}:start_time=0,split=${rungs.length}${splits}`, ...scales].join(';');
  // Of a picture that is decoded and scaled already: drawn by itself it would be both once more.
  return stillMs === null ? graph : graph.replace(/\[v0\]/, `,split=2[v0][p];[p]select=gte(t\\,${(stillMs / 1000).toFixed(3)})[still]`);
}

/** One picture, as a JPEG. */
export function stillOutput(file: string): string[] {
  return ['-frames:v', '1', '-q:v', '4', '-update', '1', file];
}

/** A film of high dynamic range (BT.2100) as every screen shows it; without this it would look washed out. After scaling, where it is cheap. */
export function toneFilter(brightness: Brightness): string {
  if (brightness === 'standard') return '';
  const from = `tin=${brightness === 'pq' ? 'smpte2084' : 'arib-std-b67'}:min=bt2020nc:pin=bt2020:rin=tv`;
  return `zscale=${from}:t=linear:npl=100,format=gbrpf32le,zscale=p=bt709,tonemap=hable:desat=0,zscale=t=bt709:m=bt709:r=tv,format=yuv420p,`;
}

function videoOutput({ quality, codec, crf, maxrate }: Rung, index: number, cut: Cut): string[] {
  // Cuts are at counted frames, not where pictures change. SVT-AV1 takes no word on single frames, so counting is all there is.
  const gop = ['-pix_fmt', 'yuv420p', '-g', String(cut.frames)];
  const h264 = ['-c:v', 'libx264', '-preset', 'veryfast', '-maxrate', `${maxrate}k`, '-bufsize', `${(maxrate ?? 0) * 2}k`, '-sc_threshold', '0'];
  const av1 = ['-c:v', 'libsvtav1', '-preset', '8'];
  return ['-map', `[v${index}]`, ...(codec === 'av1' ? av1 : h264), '-crf', String(crf), ...gop, ...segmented(quality, cut)];
}

interface Sound {
  readonly id: string;
  readonly quality: typeof sparing | null;
  readonly channels: 1 | 2;
  readonly hertz: number;
  readonly bitrate: string;
}

/** As good as it needs to be, and once more for those who count every megabyte: a voice that is understood. */
function soundsFor(channels: 1 | 2): Sound[] {
  return [
    { id: 'audio', quality: null, channels, hertz: 44_100, bitrate: channels === 1 ? '64k' : '112k' },
    { id: 'audio_saver', quality: sparing, channels: 1, hertz: 22_050, bitrate: '28k' },
  ];
}

/** Gaps are filled and a late beginning is silence, so that sound stays with the picture. */
function audioOutput({ id, channels, hertz, bitrate }: Sound, cut: Cut): string[] {
  const codec = ['-c:a', 'aac', '-ac', String(channels), '-ar', String(hertz), '-b:a', bitrate];
  return ['-map', '0:a:0', '-af', 'aresample=async=1000:first_pts=0', ...codec, ...segmented(id, cut)];
}

/**
 * Frames that are decoded before the first one shown stand before zero, by an edit list. Moved up instead, as ffmpeg does by itself,
 * they would hold the picture back by two frames behind the sound.
 */
function segmented(id: string, { seconds }: Cut): string[] {
  const hls = ['-avoid_negative_ts', 'disabled', '-f', 'hls', '-hls_time', seconds, '-hls_playlist_type', 'vod', '-hls_segment_type', 'fmp4'];
  return [...hls, '-hls_flags', 'single_file+independent_segments', '-hls_segment_filename', `${id}.mp4`, '-map_metadata', '-1', `${id}.m3u8`];
}
