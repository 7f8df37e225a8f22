import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { z } from 'zod';
import { TeachifyError } from '../../shared/errors.ts';

const run = promisify(execFile);

/** What a teacher's file holds, by its content; its name is not asked. */
export interface SourceMedia {
  /** As the container says; null when it does not say. A broken file may hold less. */
  readonly durationMs: number | null;
  readonly video: SourceVideo | null;
  readonly audio: { readonly channels: number } | null;
}

export interface SourceVideo {
  /** As shown: turned upright, pixels square. */
  readonly width: number;
  readonly height: number;
  /** Frames per second; null when they come at no steady rate. */
  readonly frameRate: number | null;
  readonly brightness: Brightness;
}

/** Of BT.2100: perceptual quantisation or hybrid log-gamma; all else is what every screen shows. */
export type Brightness = 'standard' | 'pq' | 'hlg';

/** A file that takes longer to be looked into is no file to make a lesson of. */
const longestLookMs = 60_000;

/** Files that hold media themselves. Playlists and scripts, which make ffmpeg open other files, are not among them. */
const containers = 'mov,matroska,webm,avi,mpegts,mpeg,flv,asf,ogg,wav,mp3,aac,flac,aiff,amr,w64,caf,mxf,ivf,rm,dv,h264,hevc';

/** In front of the input of every run: only this file is opened, and only as media. */
export function inputOf(file: string): string[] {
  return ['-protocol_whitelist', 'file', '-format_whitelist', containers, '-i', `file:${file}`];
}

const number = z.coerce.number();
const probeSchema = z.object({
  format: z.object({ duration: number.optional() }),
  streams: z.array(
    z.object({
      codec_type: z.string().optional(),
      codec_name: z.string().optional(),
      width: number.optional(),
      height: number.optional(),
      channels: number.optional(),
      sample_aspect_ratio: z.string().optional(),
      color_transfer: z.string().optional(),
      avg_frame_rate: z.string().optional(),
      r_frame_rate: z.string().optional(),
      disposition: z.object({ attached_pic: number }).optional(),
      side_data_list: z.array(z.object({ rotation: number.optional() })).optional(),
    }),
  ),
});
type ProbedStream = z.infer<typeof probeSchema>['streams'][number];

/** Throws `bad_request` with a sentence for the teacher when there is nothing in it to make a lesson of. */
export async function probe(file: string, signal?: AbortSignal): Promise<SourceMedia> {
  const { format, streams } = await ask(file, signal);
  const audio = streams.find(({ codec_type: type, channels = 0, codec_name: codec }) => type === 'audio' && channels > 0 && codec !== undefined);
  const video = streams.find(isPicture);
  if (!audio && !video) throw refusal('there is neither picture nor sound in it');
  if (format.duration !== undefined && format.duration <= 0) throw refusal('it lasts no time at all');
  return {
    durationMs: format.duration === undefined ? null : Math.round(format.duration * 1000),
    video: video ? describeVideo(video) : null,
    audio: audio ? { channels: audio.channels ?? 1 } : null,
  };
}

async function ask(file: string, signal: AbortSignal | undefined) {
  const args = ['-v', 'error', '-show_format', '-show_streams', '-of', 'json', ...inputOf(file)];
  try {
    const { stdout } = await run('ffprobe', args, { maxBuffer: 1e7, timeout: longestLookMs, killSignal: 'SIGKILL', ...(signal ? { signal } : {}) });
    return probeSchema.parse(JSON.parse(stdout));
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') throw new TeachifyError('internal', 'ffprobe is not installed', { cause: error });
    throw refusal('it is not a video or sound that ffmpeg can read, or it is damaged', error);
  }
}

/** Cover pictures of sound files are streams of video by name only. */
function isPicture({ codec_type: type, codec_name: codec, width = 0, height = 0, disposition }: ProbedStream): boolean {
  return type === 'video' && codec !== undefined && width > 0 && height > 0 && disposition?.attached_pic !== 1;
}

function describeVideo(stream: ProbedStream): SourceVideo {
  const stretch = fraction(stream.sample_aspect_ratio?.replace(':', '/')) ?? 1;
  const width = Math.round((stream.width ?? 0) * stretch);
  const height = stream.height ?? 0;
  const rotation = stream.side_data_list?.find((data) => data.rotation !== undefined)?.rotation ?? 0;
  const lies = Math.abs(rotation) % 180 === 90;
  const [average, finest] = [fraction(stream.avg_frame_rate), fraction(stream.r_frame_rate)];
  const steady = average !== null && finest !== null && Math.abs(finest - average) < average / 100;
  return { width: lies ? height : width, height: lies ? width : height, frameRate: steady ? average : null, brightness: brightnessOf(stream) };
}

function brightnessOf({ color_transfer: transfer }: ProbedStream): Brightness {
  if (transfer === 'smpte2084') return 'pq';
  return transfer === 'arib-std-b67' ? 'hlg' : 'standard';
}

/** `30000/1001`; null for what is missing, zero or without an end. */
function fraction(text: string | undefined): number | null {
  const [above = Number.NaN, below = Number.NaN] = (text ?? '').split('/').map(Number);
  const value = above / below;
  return Number.isFinite(value) && value > 0 ? value : null;
}

function refusal(why: string, cause?: unknown): TeachifyError {
  return new TeachifyError('bad_request', `This file cannot become a lesson: ${why}.`, { cause });
}
