import type { ProgressReceiptResponse } from '../../shared/api/progress.ts';
import type { LessonProgress, OutboxView } from '../../shared/contracts/progress.ts';
import type { SessionSnapshot } from '../../shared/models/progress.ts';
import type { Choice } from '../../shared/models/choice.ts';
import type { Note } from '../../shared/models/note.ts';
import type { AccountId } from '../accounts/ports.ts';
import type { Event } from '../base/emitter.ts';

export interface ResumePoint {
  /** Where to go on, by the server's order. */
  readonly positionMs: number;
  /** Under which epoch to report. */
  readonly epoch: number;
  /** Where this machine was, when that is far from it. */
  readonly hereMs: number | null;
}

export interface Progress {
  /** Reports of this session are this student's from now on, whoever sits here when they come. */
  begin(sessionId: string, account: AccountId): void;
  /** Folds a report into progress and outbox in one transaction. Durable when it resolves. Of a session that nobody began, it is the current student's. */
  report(snapshot: SessionSnapshot): Promise<LessonProgress>;
  /** Of the current student: the server's state plus what was not acknowledged yet. */
  lessons(): Promise<LessonProgress[]>;
  /** Lessons watched to the end of which nothing waits to be sent. */
  finished(): Promise<ReadonlySet<string>>;
  resumePoint(timelineId: string): Promise<ResumePoint>;
  /** A new epoch: what was watched of it counts no more, on no device. Durable when it resolves. Of this student, whoever sits here by then; of the current one when none is named. Throws not_found for what was never watched. */
  startAnew(timelineId: string, of?: AccountId): Promise<LessonProgress>;
  /** Takes a writing of a note down for the school. Durable when it resolves. */
  recordNote(note: Note): Promise<void>;
  /** Of the current student, in the order of the lesson: what the server knows plus what was not acknowledged yet. */
  notes(): Promise<Note[]>;
  /** Takes choices of settings down for the school, if anyone is signed in. Durable when it resolves. */
  recordChoices(choices: readonly Choice[]): Promise<void>;
  /** The settings of the current student's own, as far as any were ever chosen. */
  choices(): Promise<Choice[]>;
  outbox(): Promise<OutboxView>;
  /** What waits, as a file; it goes on waiting, and is sent unchanged. Throws signed_out. */
  export(): Promise<{ readonly fileName: string; readonly text: string }>;
  /** Hands in what another machine wrote into a file. Throws not_our_file, forbidden, not_found, and what the line throws. */
  handIn(text: string): Promise<ProgressReceiptResponse>;
  /** Sends what waits and pulls what others sent. Never throws for the network; the view says what still waits. */
  sync(): Promise<OutboxView>;
  readonly changed: Event<LessonProgress[]>;
  /** Notes came from another device, or were written here. */
  readonly notesChanged: Event<void>;
  /** Settings came from another machine, or another student came. */
  readonly choicesChanged: Event<Choice[]>;
  readonly outboxChanged: Event<OutboxView>;
  /** Starts the triggers (online, enqueue, timer); gives back the stop. */
  start(): () => Promise<void>;
}
