import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';

export const waitingJobs = {
  version: 170,
  name: 'waiting-jobs',
  up: async ({ schema }: Kysely<Schema>): Promise<void> => {
    for (const table of ['jobs', 'job_claims']) await schema.alterTable(table).addColumn('waiting_for', 'varchar(16)').execute();
  },
};
