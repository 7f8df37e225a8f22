import { z } from 'zod';
import { clampRanges, rangesLength, reportedRangesSchema, timeRangesSchema, unionRanges, type TimeRange } from './ranges.ts';

/**
 * What the player reports: cumulative for one sitting, never a delta, so that a report lost or repeated changes nothing.
 */
export const sessionSnapshotSchema = z.object({
  sessionId: z.string().min(1).max(64),
  lessonId: z.string().min(1).max(64),
  timelineId: z.string().min(1).max(64),
  epoch: z.int().nonnegative(),
  ranges: reportedRangesSchema,
  /** Milliseconds of the student's time spent watching in this sitting, by the monotonic clock. */
  watchedMs: z.int().nonnegative(),
  positionMs: z.int().nonnegative(),
});
export type SessionSnapshot = z.infer<typeof sessionSnapshotSchema>;

/** Where a position stands in the server's order: its date, then the event's id to break ties. */
export interface PositionStamp {
  readonly at: number;
  readonly installId: string;
  readonly sequence: number;
}

/** A student's state on one timeline. A join-semilattice under `mergeProgress`: commutative, associative, idempotent. */
export interface ProgressState {
  /** A reset starts a new epoch; the higher epoch wins whole. */
  readonly epoch: number;
  readonly ranges: readonly TimeRange[];
  /** Watch time per sitting; the total is their sum. Sorted by id. */
  readonly sessions: readonly { readonly sessionId: string; readonly watchedMs: number }[];
  readonly done: boolean;
  readonly position: { readonly ms: number; readonly stamp: PositionStamp } | null;
}

/** A state as it lies in a database. */
export const progressStateSchema = z.object({
  epoch: z.int().nonnegative(),
  ranges: timeRangesSchema,
  sessions: z.array(z.object({ sessionId: z.string(), watchedMs: z.int().nonnegative() })),
  done: z.boolean(),
  position: z
    .object({
      ms: z.int().nonnegative(),
      stamp: z.object({ at: z.int(), installId: z.string(), sequence: z.int().nonnegative() }),
    })
    .nullable(),
});

export const emptyProgress: ProgressState = { epoch: 0, ranges: [], sessions: [], done: false, position: null };

/** A lesson is done when so many percent of its distinct content were watched, unless its course says otherwise. */
export const usualDonePercent = 90;

/** No sitting counts for longer, whatever a machine says, so that sums stay numbers. */
const longestSittingMs = 365 * 24 * 60 * 60 * 1000;

/** What decides whether a lesson was watched. */
export interface Extent {
  readonly durationMs: number;
  readonly donePercent: number;
}

export function mergeProgress(a: ProgressState, b: ProgressState): ProgressState {
  if (a.epoch !== b.epoch) return a.epoch > b.epoch ? a : b;
  return {
    epoch: a.epoch,
    ranges: unionRanges(a.ranges, b.ranges),
    sessions: mergeSessions(a.sessions, b.sessions),
    done: a.done || b.done,
    position: laterPosition(a.position, b.position),
  };
}

/** Two reports of one sitting as one, `later` deciding the position: nothing that either says is lost. */
export function joinSnapshots(earlier: SessionSnapshot, later: SessionSnapshot): SessionSnapshot {
  return {
    ...later,
    ranges: unionRanges(earlier.ranges, later.ranges).map(([start, end]): [number, number] => [start, end]),
    watchedMs: Math.max(earlier.watchedMs, later.watchedMs),
  };
}

/** Milliseconds of a sitting that count. */
export function countedMs({ watchedMs }: Pick<SessionSnapshot, 'watchedMs'>): number {
  return Math.min(watchedMs, longestSittingMs);
}

/** One snapshot as a state, ready to be merged. The duration bounds ranges and position. */
export function stateOfSnapshot(snapshot: SessionSnapshot, extent: Extent, stamp: PositionStamp): ProgressState {
  const { durationMs } = extent;
  const ranges = clampRanges(snapshot.ranges, durationMs);
  return {
    epoch: snapshot.epoch,
    ranges,
    sessions: [{ sessionId: snapshot.sessionId, watchedMs: countedMs(snapshot) }],
    done: isDone(ranges, extent),
    position: { ms: Math.min(snapshot.positionMs, durationMs), stamp },
  };
}

/** Merges and derives `done` again, since two halves may make a whole. */
export function foldProgress(state: ProgressState, next: ProgressState, extent: Extent): ProgressState {
  const merged = mergeProgress(state, next);
  return { ...merged, done: merged.done || isDone(merged.ranges, extent) };
}

/** Many states as one, in pairs, so that a long history is not copied for each of them. Empty progress for none. */
export function foldAll(states: readonly ProgressState[], extent: Extent): ProgressState {
  const [first = emptyProgress] = states;
  if (states.length <= 1) return first;
  const middle = Math.ceil(states.length / 2);
  return foldProgress(foldAll(states.slice(0, middle), extent), foldAll(states.slice(middle), extent), extent);
}

/** Distinct content watched, 0 to 100, rounded down so that 100 means all of it. */
export function percentWatched(ranges: readonly TimeRange[], durationMs: number): number {
  return durationMs > 0 ? Math.min(100, Math.floor((rangesLength(clampRanges(ranges, durationMs)) * 100) / durationMs)) : 0;
}

export function totalWatchedMs(state: ProgressState): number {
  return state.sessions.reduce((sum, { watchedMs }) => sum + watchedMs, 0);
}

/** Whether so much was watched. What a lesson is shown as: this, or that it was done once (`state.done`), which no later rule takes away. */
export function isDone(ranges: readonly TimeRange[], { durationMs, donePercent }: Extent): boolean {
  return durationMs > 0 && rangesLength(ranges) * 100 >= durationMs * donePercent;
}

function mergeSessions(a: ProgressState['sessions'], b: ProgressState['sessions']): ProgressState['sessions'] {
  const longest = new Map<string, number>();
  for (const { sessionId, watchedMs } of [...a, ...b]) {
    longest.set(sessionId, Math.max(longest.get(sessionId) ?? 0, watchedMs));
  }
  return [...longest].map(([sessionId, watchedMs]) => ({ sessionId, watchedMs })).sort((x, y) => compare(x.sessionId, y.sessionId));
}

function laterPosition(a: ProgressState['position'], b: ProgressState['position']): ProgressState['position'] {
  if (!a || !b) return a ?? b;
  return comparePositions(a, b) >= 0 ? a : b;
}

type Position = NonNullable<ProgressState['position']>;

function comparePositions(a: Position, b: Position): number {
  return (
    a.stamp.at - b.stamp.at ||
    compare(a.stamp.installId, b.stamp.installId) ||
    a.stamp.sequence - b.stamp.sequence ||
    a.ms - b.ms
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
