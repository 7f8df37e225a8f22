import type { TimeRange } from '../../../shared/models/ranges.ts';
import { unionRanges } from '../../../shared/models/ranges.ts';

/** Where playback stands: a place on the timeline and a reading of a clock that only goes forward, both in milliseconds. */
interface Reading {
  readonly positionMs: number;
  readonly monotonicMs: number;
  readonly playbackRate: number;
}

interface Watched {
  /** Half-open, integer milliseconds, sorted and disjoint. */
  readonly ranges: readonly TimeRange[];
  /** The student's time, not the lesson's: ten minutes at double speed are five. */
  readonly watchedMs: number;
}

/** Turns real playback into what was watched. Fed with readings; holds no clock and no element. */
export interface SessionRecorder {
  /** Playback runs from here; when it already ran, it has come here. */
  readonly begin: (reading: Reading) => void;
  /** Playback still runs and has come this far. */
  readonly advance: (reading: Reading) => void;
  /** Playback stopped, stalled or is about to jump. Nothing after the last reading counts. */
  readonly end: () => void;
  /** Cumulative for the sitting. */
  readonly watched: () => Watched;
}

/** Between two readings the place may run ahead of the clock by this much (timers are late, frames come in bursts). */
const toleranceMs = 500;

interface Stretch {
  readonly startMs: number;
  readonly last: Reading;
  /** By the clock, and by how far playback came at its speed. The lesser counts: neither sleep nor a jump is watching. */
  readonly elapsedMs: number;
  readonly playedMs: number;
}

export function createSessionRecorder(): SessionRecorder {
  let closed: TimeRange[] = [];
  let closedWatchedMs = 0;
  let stretch: Stretch | null = null;

  const end = () => {
    if (!stretch) return;
    closed = unionRanges(closed, [rangeOf(stretch)]);
    closedWatchedMs += watchedOf(stretch);
    stretch = null;
  };
  const begin = (reading: Reading): void => {
    if (stretch) return advance(reading);
    stretch = { startMs: reading.positionMs, last: reading, elapsedMs: 0, playedMs: 0 };
  };
  const advance = (reading: Reading): void => {
    if (!stretch) return;
    const moved = reading.positionMs - stretch.last.positionMs;
    const elapsed = reading.monotonicMs - stretch.last.monotonicMs;
    const { playbackRate } = stretch.last;
    if (moved < 0 || moved > elapsed * Math.max(playbackRate, reading.playbackRate) + toleranceMs) {
      end();
      return begin(reading);
    }
    stretch = { ...stretch, last: reading, elapsedMs: stretch.elapsedMs + elapsed, playedMs: stretch.playedMs + moved / playbackRate };
  };

  return {
    begin,
    advance,
    end,
    watched: () =>
      stretch
        ? { ranges: unionRanges(closed, [rangeOf(stretch)]), watchedMs: Math.round(closedWatchedMs + watchedOf(stretch)) }
        : { ranges: closed, watchedMs: Math.round(closedWatchedMs) },
  };
}

function rangeOf({ startMs, last }: Stretch): TimeRange {
  return [Math.round(startMs), Math.round(last.positionMs)];
}

function watchedOf({ elapsedMs, playedMs }: Stretch): number {
  return Math.min(elapsedMs, playedMs);
}
