import type { ProgressRow } from '../../shared/api/progress.ts';
import { isDone, type ProgressState } from '../../shared/models/progress.ts';

/** A row, with the lesson's length and its course's rule where they are known: it is done by the rule of today or once was. */
interface Row {
  readonly timeline_id: string;
  readonly lesson_id: string;
  readonly state: string;
  readonly version: number;
  readonly duration_ms?: number | null;
  readonly done_percent?: number | null;
}

export function rowOnWire({ duration_ms: durationMs = null, done_percent: donePercent = null, ...row }: Row): ProgressRow {
  const { epoch, ranges, sessions, done, position } = JSON.parse(row.state) as ProgressState;
  return {
    lessonId: row.lesson_id,
    timelineId: row.timeline_id,
    epoch,
    ranges: ranges.map(([start, end]) => [start, end]),
    sessions: [...sessions],
    done: done || (durationMs !== null && donePercent !== null && isDone(ranges, { durationMs, donePercent })),
    position: position ? { ms: position.ms, stamp: { ...position.stamp } } : null,
    version: Number(row.version),
  };
}

/** Whoever changes a student's progress waits for this turn: versions are seen in their order. */
export function turnOf(personId: string): string {
  return `progress of ${personId}`;
}
