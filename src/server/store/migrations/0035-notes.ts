import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';

export const notes = {
  version: 35,
  name: 'notes',
  up: async ({ schema }: Kysely<Schema>): Promise<void> => {
    await schema
      .createTable('notes')
      .addColumn('person_id', 'varchar(64)', (column) => column.notNull())
      .addColumn('note_id', 'varchar(64)', (column) => column.notNull())
      .addColumn('note', 'text', (column) => column.notNull())
      .addColumn('version', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('notes_key', ['person_id', 'note_id'])
      .execute();
    await schema.createIndex('notes_by_version').on('notes').columns(['person_id', 'version']).execute();
  },
};
