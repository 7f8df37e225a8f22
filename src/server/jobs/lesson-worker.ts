import { lessonOrderSchema, type LessonMaker } from '../transcoding/make-lesson.ts';
import type { Bell } from './bell.ts';
import type { Jobs } from './ports.ts';
import { wait } from './wait.ts';
import { runWorker, type JobHandler } from './worker.ts';

export const lessonJob = 'lesson';

interface Dependencies {
  readonly jobs: Jobs;
  readonly maker: LessonMaker;
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
  readonly leaseMs?: number;
  readonly idleMs?: number;
  /** Between looks for work; see `createBell`. */
  readonly rest?: Bell['rest'];
}

/** Makes lessons as they are ordered, until the signal. */
export async function runLessonWorker({ jobs, maker, now, onError, leaseMs = 15_000, idleMs = 1000, rest }: Dependencies, signal: AbortSignal): Promise<void> {
  const make: JobHandler = (payload, watch) => maker.make(lessonOrderSchema.parse(payload), watch);
  await runWorker({ jobs, handlers: new Map([[lessonJob, make]]), wait, now, onError, leaseMs, idleMs, rest }, signal);
}
