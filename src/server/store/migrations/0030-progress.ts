import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';

export const progress = {
  version: 30,
  name: 'progress',
  up: async (db: Kysely<Schema>): Promise<void> => {
    const { schema } = db;
    await schema
      .createTable('progress_events')
      .addColumn('install_id', 'varchar(64)', (column) => column.notNull())
      .addColumn('sequence', 'bigint', (column) => column.notNull())
      .addColumn('person_id', 'varchar(64)', (column) => column.notNull())
      .addColumn('body_hash', 'varchar(64)', (column) => column.notNull())
      .addColumn('received_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('progress_events_key', ['install_id', 'sequence'])
      .execute();
    await schema
      .createTable('progress')
      .addColumn('person_id', 'varchar(64)', (column) => column.notNull())
      .addColumn('timeline_id', 'varchar(64)', (column) => column.notNull())
      .addColumn('lesson_id', 'varchar(64)', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('version', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('progress_key', ['person_id', 'timeline_id'])
      .execute();
    await schema.createIndex('progress_by_version').on('progress').columns(['person_id', 'version']).execute();
    await schema
      .createTable('progress_versions')
      .addColumn('person_id', 'varchar(64)', (column) => column.primaryKey())
      .addColumn('version', 'bigint', (column) => column.notNull())
      .execute();
  },
};
