import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';

export const uploadReservations = {
  version: 180,
  name: 'upload-reservations',
  up: async ({ schema }: Kysely<Schema>): Promise<void> => {
    await schema
      .createTable('upload_reservations')
      .addColumn('id', 'varchar(64)', (column) => column.primaryKey())
      .addColumn('owner', 'varchar(64)', (column) => column.notNull())
      .addColumn('bytes', 'bigint', (column) => column.notNull())
      .addColumn('until', 'bigint', (column) => column.notNull())
      .execute();
    await schema.createIndex('upload_reservations_by_owner').on('upload_reservations').columns(['owner']).execute();
  },
};
