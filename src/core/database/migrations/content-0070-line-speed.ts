import type { Migration } from '../migrator.ts';

export const content0070LineSpeed: Migration = {
  version: 70,
  name: 'line speed',
  sql: `
    -- What the line brought when it was last used, so that a plan tells how long it takes before anything was fetched.
    CREATE TABLE line_speed (
      one INTEGER PRIMARY KEY CHECK (one = 1),
      bits_per_second INTEGER NOT NULL
    ) STRICT;
  `,
};
