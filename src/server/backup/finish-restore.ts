import { sql } from 'kysely';
import { z } from 'zod';
import { commandLine, recordAction } from '../services/audit.ts';
import { historySetting } from '../services/history.ts';
import { storageKindSchema } from '../storage/open-storage.ts';
import { writeWhere } from '../storage/school-media.ts';
import type { Store } from '../store/database.ts';
import { inTransaction, takeTurn } from '../store/transactions.ts';

/** In the settings of a school that has just come from a backup, until it is fit to be served. */
export const restoringSetting = 'restoring';

export const restoringSchema = z.object({
  /** Of the history that begins now. */
  history: z.string().min(1).max(64),
  backup: z.string(),
  storage: storageKindSchema,
});
export type Restoring = z.infer<typeof restoringSchema>;

/**
 * Makes a database from a backup fit to be served: says where its media are now, forgets lessons in the making, begins a new
 * history so that students' apps say again what came after the backup, and has the catalogue told anew to everyone. Once: a
 * school that was not restored is left as it is.
 */
export async function finishRestore(store: Store, now: number): Promise<void> {
  await inTransaction(store, async (db) => {
    await takeTurn(db, restoringSetting);
    const row = await db.selectFrom('settings').select('value').where('name', '=', restoringSetting).executeTakeFirst();
    if (!row) return;
    const { history, backup, storage } = restoringSchema.parse(JSON.parse(row.value));
    await writeWhere(db, { now: storage, before: null });
    await db.deleteFrom('media_copies').execute();
    await db.deleteFrom('job_claims').execute();
    await db.deleteFrom('upload_reservations').execute();
    await db.deleteFrom('jobs').where('state', 'in', ['queued', 'running']).execute();
    // Beyond every count that the school reached before, whatever backup it came from: each count grows by less than one a millisecond.
    const version = sql<number>`case when value < ${now} then ${now} else value + 1 end`;
    const { value } = await db.updateTable('catalog_count').set({ value: version }).where('one', '=', 1).returning('value').executeTakeFirstOrThrow();
    await db.updateTable('courses').set({ version: Number(value) }).execute();
    await db.updateTable('enrolments').set({ version: Number(value) }).execute();
    await db
      .insertInto('settings')
      .values({ name: historySetting, value: history })
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: history }))
      .execute();
    await recordAction(db, now, commandLine, 'school.restore', backup);
    await db.deleteFrom('settings').where('name', '=', restoringSetting).execute();
  });
}
