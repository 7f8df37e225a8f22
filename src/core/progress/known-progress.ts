import type { ProgressRow } from '../../shared/api/progress.ts';
import { emptyProgress, foldProgress, mergeProgress, stateOfSnapshot, type PositionStamp, type ProgressState, type SessionSnapshot } from '../../shared/models/progress.ts';

/** Without the lesson's duration nothing is cut off and nothing is done. */
export const unknownDuration = Number.MAX_SAFE_INTEGER;

/** What is known once the server acknowledged an event; the position stands until the server says its own. */
export function afterAcknowledgement(known: ProgressState, snapshot: SessionSnapshot, durationMs: number | null, stamp: PositionStamp): ProgressState {
  const duration = durationMs ?? unknownDuration;
  return foldProgress(known, stateOfSnapshot(snapshot, duration, stamp), duration);
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
