import type { Migration } from '../migrator.ts';

export const content0050Partials: Migration = {
  version: 50,
  name: 'partials',
  sql: `
    -- Pieces of which only a beginning has come, as [piece, bytes] pairs in JSON: unverified, their hash decides when they are whole.
    ALTER TABLE files ADD COLUMN partials TEXT NOT NULL DEFAULT '[]';
  `,
};
