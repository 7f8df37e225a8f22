import type { LessonProgress } from '../../shared/contracts/progress.ts';
import { emptyProgress, foldProgress, percentWatched, stateOfSnapshot, totalWatchedMs, type ProgressState } from '../../shared/models/progress.ts';
import type { OutboxRow, ServerRow } from './progress-repository.ts';

/** Our own events come after everything the server has ordered, in the order of their numbers. */
const afterTheServer = Number.MAX_SAFE_INTEGER;

interface Timeline {
  readonly lessonId: string;
  readonly durationMs: number;
  readonly state: ProgressState;
  readonly updatedAt: number;
}

/** What a student sees: the server's state plus what it has not acknowledged yet. `durations` by lesson id. */
export function shownProgress(server: readonly ServerRow[], outbox: readonly OutboxRow[], durations: ReadonlyMap<string, number>): LessonProgress[] {
  const timelines = new Map<string, Timeline>();
  for (const { row, updatedAt } of server) {
    const { timelineId, lessonId, epoch, ranges, sessions, done, position } = row;
    timelines.set(timelineId, { lessonId, durationMs: durations.get(lessonId) ?? 0, state: { epoch, ranges, sessions, done, position }, updatedAt: position?.stamp.at ?? updatedAt });
  }
  for (const { sequence, snapshot, durationMs, recordedAt } of outbox) {
    const before = timelines.get(snapshot.timelineId)?.state ?? emptyProgress;
    const stamp = { at: afterTheServer, installId: '', sequence };
    const state = foldProgress(before, stateOfSnapshot(snapshot, durationMs, stamp), durationMs);
    timelines.set(snapshot.timelineId, { lessonId: snapshot.lessonId, durationMs, state, updatedAt: recordedAt.wallMs });
  }
  return [...timelines].map(([timelineId, { lessonId, durationMs, state, updatedAt }]) => ({
    lessonId,
    timelineId,
    ranges: state.ranges.map(([start, end]): [number, number] => [start, end]),
    percent: percentWatched(state.ranges, durationMs),
    done: state.done,
    positionMs: state.position?.ms ?? 0,
    watchedMs: totalWatchedMs(state),
    updatedAt,
  }));
}
