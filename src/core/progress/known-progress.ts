import type { ProgressRow } from '../../shared/api/progress.ts';
import { emptyProgress, foldProgress, mergeProgress, stateOfSnapshot, usualDonePercent, type Extent, type PositionStamp, type ProgressState, type SessionSnapshot } from '../../shared/models/progress.ts';
import type { Timeline } from './progress-rows.ts';

/** Without the lesson's duration nothing is cut off and nothing is done. */
const unknownDuration = Number.MAX_SAFE_INTEGER;

export function extentOf(known: Pick<Timeline, 'durationMs' | 'donePercent'> | null): Extent {
  return { durationMs: known?.durationMs ?? unknownDuration, donePercent: known?.donePercent ?? usualDonePercent };
}

/** What is known once the server acknowledged an event; the position stands until the server says its own. */
export function afterAcknowledgement(known: ProgressState, snapshot: SessionSnapshot, extent: Extent, stamp: PositionStamp): ProgressState {
  return foldProgress(known, stateOfSnapshot(snapshot, extent, stamp), extent);
}

/**
 * What is known once the server told its row. Its position replaces ours, since it orders positions; the rest is joined,
 * so that an answer that was overtaken takes nothing away.
 */
export function afterServerRow(known: ProgressState | null, row: ProgressRow): ProgressState {
  const { epoch, ranges, sessions, done, position } = row;
  const told: ProgressState = { epoch, ranges, sessions, done, position };
  const joined = mergeProgress(known ?? emptyProgress, told);
  return joined.epoch === epoch ? { ...joined, position: position ?? joined.position } : joined;
}
