import type { PlainProgress } from '../../shared/api/progress-plain.ts';
import type { Store } from '../store/database.ts';
import { inTransaction, takeTurn } from '../store/transactions.ts';

/**
 * What clients that record no ranges say of themselves. It stands beside progress and is never merged into it: nobody can
 * tell what was seen from it. Neither number goes back.
 */
export interface PlainProgressBook {
  put(personId: string, lessonId: string, said: { progressPercent?: number | undefined; watchDuration?: number | undefined }): Promise<PlainProgress>;
}

export function createPlainProgress(store: Store, now: () => number): PlainProgressBook {
  return {
    put: (personId, lessonId, said) =>
      inTransaction(store, async (db) => {
        await takeTurn(db, `plain progress ${personId}`);
        const known = await db.selectFrom('plain_progress').selectAll().where('person_id', '=', personId).where('lesson_id', '=', lessonId).executeTakeFirst();
        const row = {
          ...{ person_id: personId, lesson_id: lessonId, updated_at: now() },
          progress_percent: Math.max(known?.progress_percent ?? 0, said.progressPercent ?? 0),
          watch_duration_ms: Math.max(Number(known?.watch_duration_ms ?? 0), Math.round((said.watchDuration ?? 0) * 1000)),
        };
        await db
          .insertInto('plain_progress')
          .values(row)
          .onConflict((conflict) => conflict.columns(['person_id', 'lesson_id']).doUpdateSet(row))
          .execute();
        return { lessonId, progressPercent: row.progress_percent, watchDuration: row.watch_duration_ms / 1000, updatedAt: row.updated_at };
      }),
  };
}
