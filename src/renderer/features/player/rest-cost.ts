import type { TimeRange } from '../../../shared/models/ranges.ts';
import { clampRanges, rangesLength, unionRanges } from '../../../shared/models/ranges.ts';

interface RestOfLesson {
  /** What the whole lesson costs in this quality, and how long it is. */
  readonly bytes: number;
  readonly durationMs: number;
  readonly fromMs: number;
  /** What of it is on this computer in this quality. */
  readonly local: readonly TimeRange[];
}

/** Bytes that would still cross the line to watch the rest of a lesson in a quality: whole-lesson bytes by the share of time missing. */
export function restCost({ bytes, durationMs, fromMs, local }: RestOfLesson): number {
  const rest = Math.max(0, durationMs - fromMs);
  const here = unionRanges(clampRanges(local, durationMs).map(([start, end]): TimeRange => [Math.max(start, fromMs), Math.max(end, fromMs)]));
  const missing = Math.max(0, rest - rangesLength(here));
  // Pieces end on frames, the timeline on milliseconds: less than a second missing is nothing missing.
  return missing < 1000 ? 0 : Math.round((bytes * missing) / durationMs);
}
