import { z } from 'zod';
import { recordedAtSchema, type RecordedAt } from '../../shared/api/progress.ts';
import { sessionSnapshotSchema, type SessionSnapshot } from '../../shared/models/progress.ts';

/** How events lie in the outbox: its columns name the sitting, its body says the rest. */

/** Conditions by the outbox's index, with @account, @timelineId, @sessionId and @epoch. */
export const onTimeline = 'substr(timeline_id, -6) = substr(@timelineId, -6) AND timeline_id = @timelineId AND account = @account';
export const ofSitting = `substr(session_id, -6) = substr(@sessionId, -6) AND session_id = @sessionId AND epoch = @epoch AND ${onTimeline}`;

const { lessonId, ranges, watchedMs, positionMs } = sessionSnapshotSchema.shape;
const bodySchema = z.tuple([lessonId, ranges, watchedMs, positionMs]);
const clocksSchema = z.tuple([recordedAtSchema.shape.bootId, recordedAtSchema.shape.monotonicMs, recordedAtSchema.shape.wallMs]);

export const lastReportSchema = z.object({ snapshot: sessionSnapshotSchema, recordedAt: recordedAtSchema });

export function storeSnapshot(snapshot: SessionSnapshot): string {
  return JSON.stringify([snapshot.lessonId, snapshot.ranges, snapshot.watchedMs, snapshot.positionMs]);
}

/** Throws ZodError and SyntaxError for what is no body of a snapshot. */
export function readSnapshot(body: string, sitting: Pick<SessionSnapshot, 'sessionId' | 'timelineId' | 'epoch'>): SessionSnapshot {
  const [lesson, watchedRanges, watched, position] = bodySchema.parse(JSON.parse(body));
  const { sessionId, timelineId, epoch } = sitting;
  return { sessionId, lessonId: lesson, timelineId, epoch, ranges: watchedRanges, watchedMs: watched, positionMs: position };
}

export function storeClocks({ bootId, monotonicMs, wallMs }: RecordedAt): string {
  return JSON.stringify([bootId, monotonicMs, wallMs]);
}

/** Throws ZodError and SyntaxError for what holds no clocks. */
export function readClocks(text: string): RecordedAt {
  const [bootId, monotonicMs, wallMs] = clocksSchema.parse(JSON.parse(text));
  return { bootId, monotonicMs, wallMs };
}
