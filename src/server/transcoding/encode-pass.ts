import type { EncodedRendition } from '../../shared/models/encoded-lesson.ts';
import type { Rung } from './ladder.ts';
import { measure } from './measure.ts';
import { inputOf } from './probe.ts';
import { runFfmpeg } from './run-ffmpeg.ts';

export interface Pass {
  readonly source: string;
  /** Where the renditions go, beside what an earlier pass made. */
  readonly folder: string;
  readonly rungs: readonly Rung[];
  /** 1 for a voice; null for no sound in this pass. */
  readonly audioChannels: 1 | 2 | null;
  readonly onTime?: (ms: number) => void;
  readonly signal?: AbortSignal | undefined;
}

const segmentSeconds = 6;

/**
 * Some renditions in one run of ffmpeg, each a single-file CMAF of 6 s segments that start with an IDR. Every pass over a source
 * lays its frames on the same timeline, from 0, so that what they make belongs together.
 */
export async function encodePass({ source, folder, rungs, audioChannels, onTime, signal }: Pass): Promise<EncodedRendition[]> {
  const outputs = [...rungs.flatMap(videoOutput), ...(audioChannels === null ? [] : audioOutput(audioChannels))];
  const graph = rungs.length === 0 ? [] : ['-filter_complex', videoGraph(rungs)];
  await runFfmpeg([...inputOf(source), ...graph, ...outputs], { folder, onTime, signal });
  const renditions = [
    ...rungs.map(({ quality, width, height, frameRate }) => ({ id: quality, kind: 'video' as const, file: `${quality}.mp4`, quality, width, height, frameRate })),
    ...(audioChannels === null ? [] : [{ id: 'audio', kind: 'audio' as const, file: 'audio.mp4', quality: null, width: null, height: null, frameRate: null }]),
  ];
  const measured = await Promise.all(renditions.map(async (rendition) => ({ ...rendition, ...(await measure(folder, rendition)) })));
  // ffmpeg leaves a stream without a single frame as a file without a segment.
  return measured.filter(({ segments }) => segments.length > 0);
}

/** The capital V leaves cover pictures out. `start_time=0` holds the first frame from 0 when the picture begins late. */
function videoGraph(rungs: readonly Rung[]): string {
  const rate = rungs[0]?.frameRate ?? 30;
  const splits = rungs.map((_, index) => `[s${index}]`).join('');
  const scales = rungs.map(({ width, height }, index) => `[s${index}]scale=${width}:${height},setsar=1[v${index}]`);
  return [`[0:V:0]fps=fps=${rate}:start_time=0,split=${rungs.length}${splits}`, ...scales].join(';');
}

function videoOutput({ quality, crf, maxrate }: Rung, index: number): string[] {
  return [
    ...['-map', `[v${index}]`, '-c:v', 'libx264', '-preset', 'veryfast', '-crf', String(crf), '-maxrate', `${maxrate}k`, '-bufsize', `${maxrate * 2}k`],
    ...['-pix_fmt', 'yuv420p', '-force_key_frames', `expr:gte(t,n_forced*${segmentSeconds})`, '-sc_threshold', '0', '-g', '600'],
    ...segmented(quality),
  ];
}

/** Gaps are filled and a late beginning is silence, so that sound stays with the picture. */
function audioOutput(channels: 1 | 2): string[] {
  const codec = ['-c:a', 'aac', '-ac', String(channels), '-ar', '44100', '-b:a', channels === 1 ? '64k' : '112k'];
  return ['-map', '0:a:0', '-af', 'aresample=async=1000:first_pts=0', ...codec, ...segmented('audio')];
}

function segmented(id: string): string[] {
  const hls = ['-f', 'hls', '-hls_time', String(segmentSeconds), '-hls_playlist_type', 'vod', '-hls_segment_type', 'fmp4'];
  return [...hls, '-hls_flags', 'single_file+independent_segments', '-hls_segment_filename', `${id}.mp4`, '-map_metadata', '-1', `${id}.m3u8`];
}
