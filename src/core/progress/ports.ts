import type { LessonProgress, OutboxView } from '../../shared/contracts/progress.ts';
import type { SessionSnapshot } from '../../shared/models/progress.ts';
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
  outbox(): Promise<OutboxView>;
  /** Sends what waits and pulls what others sent. Never throws for the network; the view says what still waits. */
  sync(): Promise<OutboxView>;
  readonly changed: Event<LessonProgress[]>;
  readonly outboxChanged: Event<OutboxView>;
  /** Starts the triggers (online, enqueue, timer); gives back the stop. */
  start(): () => Promise<void>;
}
