import { z } from 'zod';
import { assertNever } from '../../shared/errors.ts';
import type { RecordedAt } from '../../shared/api/progress.ts';
import { choiceSchema, stampedChoiceSchema, type Choice, type StampedChoice } from '../../shared/models/choice.ts';
import { noteSchema, stampedNoteSchema, type Note, type StampedNote } from '../../shared/models/note.ts';
import { progressStateSchema, type ProgressState, type SessionSnapshot } from '../../shared/models/progress.ts';
import { readClocks, readSnapshot, storeSnapshot } from '../database/stored-event.ts';
import type { Saying } from './sitting.ts';

/** What the server is known to know of one timeline. */
export interface Timeline {
  readonly timelineId: string;
  readonly lessonId: string;
  readonly state: ProgressState;
  /** Of the server's row; 0 before it told us any. */
  readonly version: number;
  /** Null until the catalogue knew the lesson. */
  readonly durationMs: number | null;
  readonly donePercent: number;
  /** Where the student was last on this machine; null when it was never watched here. */
  readonly here: { readonly ms: number; readonly epoch: number } | null;
  readonly updatedAt: number;
}

export const eventStates = ['pending', 'in_flight', 'held', 'parked'] as const;

interface Recorded {
  readonly sequence: number;
  readonly state: (typeof eventStates)[number];
  readonly recordedAt: RecordedAt;
  readonly reason: string | null;
  /** By the server's clock, ms since the Unix epoch, once it was refused; null for what never was. */
  readonly datedAt: number | null;
}

export interface WatchedEvent extends Recorded {
  readonly kind: 'watched';
  readonly snapshot: SessionSnapshot;
}

export interface NotedEvent extends Recorded {
  readonly kind: 'noted';
  readonly note: Note;
}

export interface ChoseEvent extends Recorded {
  readonly kind: 'chose';
  readonly choice: Choice;
}

/** Something recorded here that no server acknowledged yet. */
export type OutboxEvent = WatchedEvent | NotedEvent | ChoseEvent;

/** What the server is known to know of one setting of the student's own. */
export interface KnownChoice {
  readonly choice: StampedChoice;
  /** Of the server's row; 0 before it told us any. */
  readonly version: number;
}

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

export const timelineColumns = 'timeline_id, lesson_id, state, version, duration_ms, done_percent, here_ms, here_epoch, updated_at';
/** An event that failed so often alone lets the others go first, each time anew. */
export const stubbornFailures = 5;
export const eventColumns = 'sequence, kind, timeline_id, session_id, epoch, body, recorded_at, state, reason, dated_at';

const timelineRow = z.object({
  timeline_id: z.string(),
  lesson_id: z.string(),
  state: z.string(),
  version: z.int(),
  duration_ms: z.int().nullable(),
  done_percent: z.int(),
  here_ms: z.int().nullable(),
  here_epoch: z.int().nullable(),
  updated_at: z.int(),
});

const bodyRow = z.object({ kind: z.enum(['watched', 'noted', 'chose']), timeline_id: z.string(), session_id: z.string(), epoch: z.int(), body: z.string() });
const eventRow = bodyRow.extend({ sequence: z.int(), recorded_at: z.string(), state: z.enum(eventStates), reason: z.string().nullable(), dated_at: z.int().nullable() });

export function readTimeline(row: unknown): Timeline {
  const { timeline_id, lesson_id, state, version, duration_ms, done_percent, here_ms, here_epoch, updated_at } = timelineRow.parse(row);
  return {
    timelineId: timeline_id,
    lessonId: lesson_id,
    state: progressStateSchema.parse(JSON.parse(state)),
    version,
    durationMs: duration_ms,
    donePercent: done_percent,
    here: here_ms === null || here_epoch === null ? null : { ms: here_ms, epoch: here_epoch },
    updatedAt: updated_at,
  };
}

export function readEvent(row: unknown): OutboxEvent {
  const { sequence, recorded_at, state, reason, dated_at, ...said } = eventRow.parse(row);
  return { sequence, state, recordedAt: readClocks(recorded_at), reason, datedAt: dated_at, ...sayingOf(said) };
}

/** What a row of the outbox says; takes more columns than it reads. */
export function readSaying(row: unknown): Saying {
  return sayingOf(bodyRow.parse(row));
}

function sayingOf({ kind, timeline_id, session_id, epoch, body }: z.output<typeof bodyRow>): Saying {
  switch (kind) {
    case 'noted':
      return { kind, note: noteSchema.parse(JSON.parse(body)) };
    case 'chose':
      return { kind, choice: choiceSchema.parse(JSON.parse(body)) };
    case 'watched':
      return { kind, snapshot: readSnapshot(body, { timelineId: timeline_id, sessionId: session_id, epoch }) };
    default:
      return assertNever(kind);
  }
}

/** The text of an event's body in the outbox. */
export function storeSaying(saying: Saying): string {
  return saying.kind === 'watched' ? storeSnapshot(saying.snapshot) : JSON.stringify(saying.kind === 'noted' ? saying.note : saying.choice);
}

const noteRow = z.object({ note: z.string(), version: z.int() });

export function readNote(row: unknown): KnownNote {
  const { note, version } = noteRow.parse(row);
  return { note: stampedNoteSchema.parse(JSON.parse(note)), version };
}

const choiceRow = z.object({ choice: z.string(), version: z.int() });

export function readChoice(row: unknown): KnownChoice {
  const { choice, version } = choiceRow.parse(row);
  return { choice: stampedChoiceSchema.parse(JSON.parse(choice)), version };
}
