import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';

export const choices = {
  version: 55,
  name: 'choices',
  up: async ({ schema }: Kysely<Schema>): Promise<void> => {
    await schema
      .createTable('choices')
      .addColumn('person_id', 'varchar(64)', (column) => column.notNull())
      .addColumn('name', 'varchar(64)', (column) => column.notNull())
      .addColumn('choice', 'text', (column) => column.notNull())
      .addColumn('version', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('choices_key', ['person_id', 'name'])
      .execute();
  },
};
