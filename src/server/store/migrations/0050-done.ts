import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';

export const done = {
  version: 50,
  name: 'done',
  up: async ({ schema }: Kysely<Schema>): Promise<void> => {
    await schema
      .alterTable('courses')
      .addColumn('done_percent', 'integer', (column) => column.notNull().defaultTo(90))
      .execute();
  },
};
