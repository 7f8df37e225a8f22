import { sparing, type Quality } from '../../shared/models/quality.ts';
import type { SourceVideo } from './probe.ts';

/** One video rendition to be made: even sides, square pixels, a steady rate, capped CRF. */
export interface Rung {
  readonly quality: Quality;
  readonly codec: 'h264' | 'av1';
  readonly width: number;
  readonly height: number;
  readonly frameRate: number;
  readonly crf: number;
  /** kb/s, which bites in full motion only; null where the codec knows no cap beside its CRF. */
  readonly maxrate: number | null;
}

/** Measured in docs/server.md for lectures; `side` is the shorter one, so that portrait gets as many pixels. */
const steps = [
  { side: 360, crf: 24, maxrate: 500 },
  { side: 480, crf: 23, maxrate: 900 },
  { side: 720, crf: 23, maxrate: 1600 },
];
const mostFrames = 30;
/** Slides are read at this size, for fewer bytes than H.264 takes at 360. */
const sparingSide = 480;

/** What to encode, smallest first: never larger than the source, which alone remains when it is smaller than every step. */
export function ladderFor(video: SourceVideo): Rung[] {
  const side = Math.min(video.width, video.height);
  const fitting = steps.filter((step) => step.side <= side);
  const chosen = fitting.length > 0 ? fitting : steps.slice(0, 1).map((step) => ({ ...step, side: Math.max(even(side), 16) }));
  const frameRate = steadyRate(video.frameRate);
  return chosen.map(({ side: short, crf, maxrate }) => ({ quality: `${short}p`, codec: 'h264', ...shapeOf(video, short), frameRate, crf, maxrate }));
}

/** The picture for those who count every megabyte: AV1, no larger than the source. Null for what is smaller than SVT-AV1 encodes. */
export function sparingRung(video: SourceVideo): Rung | null {
  const short = even(Math.min(video.width, video.height, sparingSide));
  if (short < 64) return null;
  return { quality: sparing, codec: 'av1', ...shapeOf(video, short), frameRate: steadyRate(video.frameRate), crf: 56, maxrate: null };
}

function shapeOf({ width, height }: SourceVideo, short: number): { width: number; height: number } {
  const long = Math.max(even((short * Math.max(width, height)) / Math.min(width, height)), short);
  return width >= height ? { width: long, height: short } : { width: short, height: long };
}

/** Rounded down, so that nothing is upscaled; H.264 in 4:2:0 has even sides only. */
function even(pixels: number): number {
  // A hair more, for 640 that came out as 639.9999.
  return Math.floor((pixels + 0.01) / 2) * 2;
}

/** Every n-th frame of a fast source, so that motion stays smooth; frames at no steady rate are laid on the finest grid. */
function steadyRate(rate: number | null): number {
  if (rate === null) return mostFrames;
  return rate / Math.ceil(rate / mostFrames - 0.001);
}
