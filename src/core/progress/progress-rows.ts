import { z } from 'zod';
import { recordedAtSchema, type RecordedAt } from '../../shared/api/progress.ts';
import { noteSchema, stampedNoteSchema, type Note, type StampedNote } from '../../shared/models/note.ts';
import { progressStateSchema, sessionSnapshotSchema, type ProgressState, type SessionSnapshot } from '../../shared/models/progress.ts';

/** What the server is known to know of one timeline. */
export interface Timeline {
  readonly timelineId: string;
  readonly lessonId: string;
  readonly state: ProgressState;
  /** Of the server's row; 0 before it told us any. */
  readonly version: number;
  /** Null until the catalogue knew the lesson. */
  readonly durationMs: number | null;
  readonly updatedAt: number;
}

export const eventStates = ['pending', 'in_flight', 'held', 'parked'] as const;

interface Recorded {
  readonly sequence: number;
  readonly state: (typeof eventStates)[number];
  readonly recordedAt: RecordedAt;
  readonly reason: string | null;
}

export interface WatchedEvent extends Recorded {
  readonly kind: 'watched';
  readonly snapshot: SessionSnapshot;
}

export interface NotedEvent extends Recorded {
  readonly kind: 'noted';
  readonly note: Note;
}

/** Something recorded here that no server acknowledged yet. */
export type OutboxEvent = WatchedEvent | NotedEvent;

/** What the server is known to know of one note. */
export interface KnownNote {
  readonly note: StampedNote;
  /** Of the server's row; 0 before it told us any. */
  readonly version: number;
}

/** What is sent at once, under the install id it was frozen with. */
export interface Batch {
  readonly installId: string;
  readonly events: readonly OutboxEvent[];
}

export const timelineColumns = 'timeline_id, lesson_id, state, version, duration_ms, updated_at';
/** An event that failed so often alone lets the others go first, each time anew. */
export const stubbornFailures = 5;
export const eventColumns = 'sequence, kind, state, snapshot, recorded_at, reason';

const timelineRow = z.object({
  timeline_id: z.string(),
  lesson_id: z.string(),
  state: z.string(),
  version: z.int(),
  duration_ms: z.int().nullable(),
  updated_at: z.int(),
});

const eventRow = z.object({
  sequence: z.int(),
  kind: z.enum(['watched', 'noted']),
  state: z.enum(eventStates),
  snapshot: z.string(),
  recorded_at: z.string(),
  reason: z.string().nullable(),
});

export function readTimeline(row: unknown): Timeline {
  const { timeline_id, lesson_id, state, version, duration_ms, updated_at } = timelineRow.parse(row);
  return {
    timelineId: timeline_id,
    lessonId: lesson_id,
    state: progressStateSchema.parse(JSON.parse(state)),
    version,
    durationMs: duration_ms,
    updatedAt: updated_at,
  };
}

export function readEvent(row: unknown): OutboxEvent {
  const { sequence, kind, state, snapshot, recorded_at, reason } = eventRow.parse(row);
  const recorded = { sequence, state, recordedAt: recordedAtSchema.parse(JSON.parse(recorded_at)), reason };
  const body: unknown = JSON.parse(snapshot);
  return kind === 'noted' ? { ...recorded, kind, note: noteSchema.parse(body) } : { ...recorded, kind, snapshot: sessionSnapshotSchema.parse(body) };
}

const noteRow = z.object({ note: z.string(), version: z.int() });

export function readNote(row: unknown): KnownNote {
  const { note, version } = noteRow.parse(row);
  return { note: stampedNoteSchema.parse(JSON.parse(note)), version };
}
