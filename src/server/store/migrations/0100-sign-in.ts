import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';

export const signIn = {
  version: 100,
  name: 'sign-in',
  up: async ({ schema }: Kysely<Schema>): Promise<void> => {
    await schema
      .createTable('authorization_codes')
      .addColumn('hash', 'varchar(64)', (column) => column.primaryKey())
      .addColumn('person_id', 'varchar(64)', (column) => column.notNull().references('people.id'))
      .addColumn('client_id', 'varchar(100)', (column) => column.notNull())
      .addColumn('redirect_uri', 'text', (column) => column.notNull())
      .addColumn('challenge', 'varchar(43)', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .addColumn('family', 'varchar(64)')
      .execute();
  },
};
