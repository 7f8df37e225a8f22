import type { LessonProgress, OutboxView } from '../../shared/contracts/progress.ts';
import type { SessionSnapshot } from '../../shared/models/progress.ts';
import type { Note } from '../../shared/models/note.ts';
import type { Event } from '../base/emitter.ts';

export interface Progress {
  /** Folds a report into progress and outbox in one transaction. Durable when it resolves. */
  report(snapshot: SessionSnapshot): Promise<LessonProgress>;
  /** Of the current student: the server's state plus what was not acknowledged yet. */
  lessons(): Promise<LessonProgress[]>;
  /** Lessons watched to the end of which nothing waits to be sent. */
  finished(): Promise<ReadonlySet<string>>;
  /** Where to go on, and under which epoch to report. */
  resumePoint(timelineId: string): Promise<{ positionMs: number; epoch: number }>;
  /** Takes a writing of a note down for the school. Durable when it resolves. */
  recordNote(note: Note): Promise<void>;
  /** Of the current student, in the order of the lesson: what the server knows plus what was not acknowledged yet. */
  notes(): Promise<Note[]>;
  outbox(): Promise<OutboxView>;
  /** Sends what waits and pulls what others sent. Never throws for the network; the view says what still waits. */
  sync(): Promise<OutboxView>;
  readonly changed: Event<LessonProgress[]>;
  /** Notes came from another device, or were written here. */
  readonly notesChanged: Event<void>;
  readonly outboxChanged: Event<OutboxView>;
  /** Starts the triggers (online, enqueue, timer); gives back the stop. */
  start(): () => Promise<void>;
}
