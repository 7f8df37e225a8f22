import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';

/** Far fewer values than one statement may hold. */
const together = 500;

/** All that was published so far is taken for loose from now on; what lessons still name is found to be so when its time has come. */
export const looseMedia = {
  version: 190,
  name: 'loose-media',
  up: async (db: Kysely<Schema>): Promise<void> => {
    await db.schema
      .createTable('loose_media')
      .addColumn('sha256', 'varchar(64)', (column) => column.primaryKey())
      .addColumn('lesson_id', 'varchar(64)', (column) => column.notNull())
      .addColumn('since', 'bigint', (column) => column.notNull())
      .addColumn('doomed_at', 'bigint')
      .execute();
    await db.schema.createIndex('loose_media_by_time').on('loose_media').columns(['since']).execute();
    const since = Date.now();
    const known = await db.selectFrom('published_files').select(['lesson_id', 'sha256', 'piece_table']).execute();
    const rows = known.flatMap(({ lesson_id, sha256, piece_table: table }) => [sha256, ...(table === null ? [] : [(JSON.parse(table) as { sha256: string }).sha256])].map((name) => ({ sha256: name, lesson_id, since, doomed_at: null })));
    for (let at = 0; at < rows.length; at += together) {
      await db.insertInto('loose_media').values(rows.slice(at, at + together)).onConflict((conflict) => conflict.doNothing()).execute();
    }
  },
};
