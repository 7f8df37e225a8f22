import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';

export const access = {
  version: 20,
  name: 'access',
  up: async (db: Kysely<Schema>): Promise<void> => {
    const { schema } = db;
    await schema
      .createTable('refresh_tokens')
      .addColumn('hash', 'varchar(64)', (column) => column.primaryKey())
      .addColumn('family', 'varchar(64)', (column) => column.notNull())
      .addColumn('person_id', 'varchar(64)', (column) => column.notNull().references('people.id'))
      .addColumn('device_id', 'varchar(64)', (column) => column.notNull())
      .addColumn('issued_at', 'bigint', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .addColumn('used_at', 'bigint')
      .addColumn('successor', 'varchar(64)')
      .execute();
    await schema
      .createTable('revoked_families')
      .addColumn('family', 'varchar(64)', (column) => column.primaryKey())
      .addColumn('revoked_at', 'bigint', (column) => column.notNull())
      .execute();
    await schema
      .createTable('leases')
      .addColumn('id', 'varchar(64)', (column) => column.primaryKey())
      .addColumn('person_id', 'varchar(64)', (column) => column.notNull())
      .addColumn('device_id', 'varchar(64)', (column) => column.notNull())
      .addColumn('lesson_id', 'varchar(64)', (column) => column.notNull())
      .addColumn('issued_at', 'bigint', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .execute();
  },
};
