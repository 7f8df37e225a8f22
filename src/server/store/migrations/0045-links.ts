import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';

export const links = {
  version: 45,
  name: 'links',
  up: async ({ schema }: Kysely<Schema>): Promise<void> => {
    await schema.alterTable('lessons').addColumn('video_url', 'text').execute();
    await schema.alterTable('lessons').addColumn('video_bytes', 'text').execute();
  },
};
