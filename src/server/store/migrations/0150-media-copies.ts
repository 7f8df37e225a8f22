import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';

export const mediaCopies = {
  version: 150,
  name: 'media-copies',
  up: async ({ schema }: Kysely<Schema>): Promise<void> => {
    await schema
      .createTable('media_copies')
      .addColumn('storage', 'varchar(16)', (column) => column.notNull())
      .addColumn('sha256', 'varchar(64)', (column) => column.notNull())
      .addPrimaryKeyConstraint('media_copies_key', ['storage', 'sha256'])
      .execute();
  },
};
