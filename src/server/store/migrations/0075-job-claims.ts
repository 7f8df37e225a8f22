import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';

export const jobClaims = {
  version: 75,
  name: 'job-claims',
  up: async ({ schema }: Kysely<Schema>): Promise<void> => {
    await schema
      .createTable('job_claims')
      .addColumn('id', 'varchar(64)', (column) => column.primaryKey())
      .addColumn('kind', 'varchar(64)', (column) => column.notNull())
      .addColumn('lease', 'varchar(64)')
      .addColumn('progress', 'double precision', (column) => column.notNull())
      .addColumn('error', 'text')
      .addColumn('created_at', 'bigint', (column) => column.notNull())
      .addColumn('updated_at', 'bigint', (column) => column.notNull())
      .execute();
  },
};
