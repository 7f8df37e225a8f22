import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';

export const lessonKeys = {
  version: 160,
  name: 'lesson-keys',
  up: async (db: Kysely<Schema>): Promise<void> => {
    await db.schema
      .createTable('lesson_keys')
      .addColumn('lesson_id', 'varchar(64)', (column) => column.primaryKey())
      .addColumn('content_key', 'varchar(32)', (column) => column.notNull())
      .execute();
    await db
      .insertInto('lesson_keys')
      .columns(['lesson_id', 'content_key'])
      .expression((eb) => eb.selectFrom('lessons').select(['id', 'content_key']))
      .execute();
  },
};
