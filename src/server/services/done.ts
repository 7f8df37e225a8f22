import { isDone, type Extent, type ProgressState } from '../../shared/models/progress.ts';
import type { Store } from '../store/database.ts';
import { takeTurn } from '../store/transactions.ts';
import { nextVersions } from './progress-intake.ts';
import { turnOf } from './progress-rows.ts';

/** Whether a student is done with a lesson: by the course's rule of today, or once by one of before. */
export function isDoneNow(state: ProgressState, extent: Extent): boolean {
  return state.done || isDone(state.ranges, extent);
}

/**
 * Before a course asks for more than it did: writes down who is done by the rule until now, so that nobody loses it and every
 * machine of theirs is told. Inside the caller's transaction, before it changes anything.
 */
export async function keepDone(store: Store, courseId: string, nextPercent: number): Promise<void> {
  const course = await store.selectFrom('courses').select('done_percent').where('id', '=', courseId).executeTakeFirst();
  if (!course || nextPercent <= course.done_percent) return;
  const rows = await rowsOf(store, courseId).execute();
  const byPerson = Map.groupBy(rows.filter((row) => owes(row, course.done_percent)), ({ person_id }) => person_id);
  // In one order, so that two who do this never wait for each other.
  for (const personId of [...byPerson.keys()].toSorted()) {
    await takeTurn(store, turnOf(personId));
    for (const row of await rowsOf(store, courseId).where('progress.person_id', '=', personId).execute()) {
      if (!owes(row, course.done_percent)) continue;
      const state = JSON.stringify({ ...(JSON.parse(row.state) as ProgressState), done: true });
      const version = await nextVersions(store, personId, 1);
      await store.updateTable('progress').set({ state, version }).where('person_id', '=', personId).where('timeline_id', '=', row.timeline_id).execute();
    }
  }
}

function rowsOf(store: Store, courseId: string) {
  return store
    .selectFrom('progress')
    .innerJoin('lessons', (join) => join.onRef('lessons.id', '=', 'progress.lesson_id').onRef('lessons.timeline_id', '=', 'progress.timeline_id'))
    .select(['progress.person_id', 'progress.timeline_id', 'progress.state', 'lessons.duration_ms'])
    .where('lessons.course_id', '=', courseId);
}

/** Done by this rule, and not written down as done. */
function owes({ state, duration_ms: durationMs }: { state: string; duration_ms: number }, donePercent: number): boolean {
  const known = JSON.parse(state) as ProgressState;
  return !known.done && isDone(known.ranges, { durationMs, donePercent });
}
