import type { LessonProgress } from '../../shared/contracts/progress.ts';
import { emptyProgress, foldProgress, percentWatched, stateOfSnapshot, totalWatchedMs, type ProgressState } from '../../shared/models/progress.ts';
import { unknownDuration } from './known-progress.ts';
import type { Timeline, WatchedEvent } from './progress-rows.ts';

/** Own events come after everything the server has ordered, in the order they were recorded. */
const afterTheServer = Number.MAX_SAFE_INTEGER;

/** The server's state of a timeline plus this machine's own events on it, as they were recorded. */
export function currentState(known: Timeline | null, events: readonly WatchedEvent[]): ProgressState {
  const durationMs = known?.durationMs ?? unknownDuration;
  return events.reduce((state, { snapshot }, index) => {
    const stamp = { at: afterTheServer, installId: '', sequence: index };
    return foldProgress(state, stateOfSnapshot(snapshot, durationMs, stamp), durationMs);
  }, known?.state ?? emptyProgress);
}

/** What a student sees of one timeline. */
export function shownProgress(known: Timeline, events: readonly WatchedEvent[]): LessonProgress {
  const state = currentState(known, events);
  return {
    lessonId: known.lessonId,
    timelineId: known.timelineId,
    ranges: state.ranges.map(([start, end]): [number, number] => [start, end]),
    percent: known.durationMs === null ? 0 : percentWatched(state.ranges, known.durationMs),
    done: state.done,
    positionMs: state.position?.ms ?? 0,
    watchedMs: totalWatchedMs(state),
    updatedAt: known.updatedAt,
  };
}
