import type { TimeRange } from '../../../shared/models/ranges.ts';
import { clampRanges, rangesLength, unionRanges } from '../../../shared/models/ranges.ts';

const secondMs = 1000;

interface RestOfLesson {
  /** What the whole lesson costs in this quality, and how long it is. */
  readonly bytes: number;
  readonly durationMs: number;
  readonly fromMs: number;
  /** What of it is on this computer in this quality. */
  readonly local: readonly TimeRange[];
}

interface RestCost {
  /** What would still cross the line: whole-lesson bytes by the share of time missing. */
  readonly bytes: number;
  /** Some of the rest is here, which is why a better quality may cost less than a lesser one. */
  readonly isPartlyHere: boolean;
}

/** What it costs to watch the rest of a lesson in a quality. */
export function restCost({ bytes, durationMs, fromMs, local }: RestOfLesson): RestCost {
  const rest = Math.max(0, durationMs - fromMs);
  const here = unionRanges(clampRanges(local, durationMs).map(([start, end]): TimeRange => [Math.max(start, fromMs), Math.max(end, fromMs)]));
  const hereMs = rangesLength(here);
  const missing = Math.max(0, rest - hereMs);
  // Pieces end on frames, the timeline on milliseconds: less than a second is nothing, missing or here.
  if (missing < secondMs) return { bytes: 0, isPartlyHere: false };
  return { bytes: Math.round((bytes * missing) / durationMs), isPartlyHere: hereMs >= secondMs };
}
