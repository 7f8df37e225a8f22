import type { LessonProgress } from '../../shared/contracts/progress.ts';
import { emptyProgress, foldProgress, mergeProgress, percentWatched, stateOfSnapshot, totalWatchedMs, type PositionStamp, type ProgressState } from '../../shared/models/progress.ts';
import { extentOf } from './known-progress.ts';
import type { Timeline, WatchedEvent } from './progress-rows.ts';

/** Own events come after everything the server has ordered, in the order they were recorded. */
const afterTheServer = Number.MAX_SAFE_INTEGER;

/** The server's state of a timeline plus this machine's own events on it, as they were recorded. */
export function currentState(known: Timeline | null, events: readonly WatchedEvent[], installId: string | null): ProgressState {
  const extent = extentOf(known);
  const told = known?.state.position?.stamp ?? null;
  const own = events.map((event, index) => {
    const stamp = told && wasLeftBehind(event, told, installId) ? { at: 0, installId: '', sequence: 0 } : { at: afterTheServer, installId: '', sequence: index };
    return stateOfSnapshot(event.snapshot, extent, stamp);
  });
  return foldProgress(known?.state ?? emptyProgress, joinedInHalves(own), extent);
}

/** In halves, since thousands joined one by one are millions of steps. */
function joinedInHalves(states: readonly ProgressState[]): ProgressState {
  const [first = emptyProgress] = states;
  if (states.length <= 1) return first;
  const middle = states.length >> 1;
  return mergeProgress(joinedInHalves(states.slice(0, middle)), joinedInHalves(states.slice(middle)));
}

/**
 * Refused, and so never ordered by the server, which has since told where the student went on: by this installation's own order, else
 * by the date the server would have given it. Offered once more it has another number, and is no newer for that.
 */
function wasLeftBehind({ state, sequence, datedAt, recordedAt }: WatchedEvent, told: PositionStamp, installId: string | null): boolean {
  if (state === 'parked' && told.installId === installId) return told.sequence > sequence;
  if (datedAt !== null) return told.at > datedAt;
  // Refused by an app that kept no date.
  return state === 'parked' && told.at > recordedAt.wallMs;
}

/** What a student sees of one timeline. */
export function shownProgress(known: Timeline, events: readonly WatchedEvent[], installId: string | null): LessonProgress {
  const state = currentState(known, events, installId);
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
