import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';

export const jobs = {
  version: 40,
  name: 'jobs',
  up: async ({ schema }: Kysely<Schema>): Promise<void> => {
    await schema
      .createTable('jobs')
      .addColumn('id', 'varchar(64)', (column) => column.primaryKey())
      .addColumn('kind', 'varchar(64)', (column) => column.notNull())
      .addColumn('payload', 'text', (column) => column.notNull())
      .addColumn('state', 'varchar(16)', (column) => column.notNull())
      .addColumn('progress', 'double precision', (column) => column.notNull())
      .addColumn('attempts', 'integer', (column) => column.notNull())
      .addColumn('lease', 'varchar(64)')
      .addColumn('leased_until', 'bigint')
      .addColumn('error', 'text')
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .execute();
    await schema.createIndex('jobs_by_state').on('jobs').columns(['state', 'created_at']).execute();
  },
};
