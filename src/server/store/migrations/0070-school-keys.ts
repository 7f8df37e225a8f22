import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';

export const schoolKeys = {
  version: 70,
  name: 'school-keys',
  up: async ({ schema }: Kysely<Schema>): Promise<void> => {
    await schema
      .createTable('school_keys')
      .addColumn('name', 'varchar(64)', (column) => column.primaryKey())
      .addColumn('value', 'text', (column) => column.notNull())
      .execute();
  },
};
