import { systemClock } from '../core/base/clock.ts';
import type { Logger } from '../core/base/logger.ts';
import { TeachifyError } from '../shared/errors.ts';
import type { LessonView } from '../shared/contracts/catalog.ts';
import { openCore, requireStudent, type Core, type Shell } from './open-core.ts';
import type { Output } from './output.ts';
import { watchSleep } from './watch-sleep.ts';

/** What every command gets. */
export interface Context {
  readonly shell: Shell;
  readonly dataFolder: string;
  readonly serverUrl: string | undefined;
  readonly logger: Logger;
  readonly output: Output;
  /** Aborted by ctrl-C. */
  readonly signal: AbortSignal;
}

/** Runs with the core open, and closes it whatever happens. */
export async function withCore<Result>(context: Context, work: (core: Core) => Promise<Result>): Promise<Result> {
  const core = await openCore(context.shell, context);
  const stop = watchSleep(systemClock(), () => core.wake());
  try {
    return await work(core);
  } finally {
    stop();
    await core.dispose();
  }
}

/** The core with a student signed in and the catalogue as new as the line allows. */
export function withCourses<Result>(context: Context, work: (core: Core) => Promise<Result>): Promise<Result> {
  return withCore(context, async (core) => {
    await requireStudent(core, context.shell.env);
    const { status } = await core.connectivity.probe();
    const known = await core.catalog.view();
    if (status === 'online') await core.catalog.refresh(context.signal).catch((error: unknown) => keepKnown(error, known.courses.length));
    return work(core);
  });
}

/** Lessons named by their own ids or by their courses', in the courses' order. Throws not_found. */
export async function lessonsNamed({ catalog }: Core, ids: readonly string[]): Promise<LessonView[]> {
  const { courses } = await catalog.view();
  return ids.flatMap((id) => {
    const course = courses.find((one) => one.id === id);
    if (course) return course.lessons.toSorted((a, b) => a.position - b.position);
    const lesson = courses.flatMap(({ lessons }) => lessons).find((one) => one.id === id);
    if (!lesson) throw new TeachifyError('not_found', `There is no lesson and no course ${id}`);
    return [lesson];
  });
}

/** What was seen last is good enough where something was. */
function keepKnown(error: unknown, known: number): void {
  if (known === 0) throw error;
}
