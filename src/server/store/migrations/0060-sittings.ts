import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';

export const sittings = {
  version: 60,
  name: 'sittings',
  up: async ({ schema }: Kysely<Schema>): Promise<void> => {
    await schema
      .createTable('sittings')
      .addColumn('person_id', 'varchar(64)', (column) => column.notNull())
      .addColumn('timeline_id', 'varchar(64)', (column) => column.notNull())
      .addColumn('session_id', 'varchar(64)', (column) => column.notNull())
      .addColumn('epoch', 'bigint', (column) => column.notNull())
      .addColumn('ranges', 'text', (column) => column.notNull())
      .addColumn('watched_ms', 'bigint', (column) => column.notNull())
      .addColumn('seen_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('sittings_key', ['person_id', 'timeline_id', 'session_id', 'epoch'])
      .execute();
    await schema.createIndex('sittings_by_session').on('sittings').columns(['person_id', 'session_id']).execute();
    await schema.createIndex('sittings_by_timeline').on('sittings').columns(['timeline_id']).execute();
  },
};
