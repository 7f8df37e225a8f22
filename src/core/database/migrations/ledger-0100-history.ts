import type { Migration } from '../migrator.ts';

export const ledger0100History: Migration = {
  version: 100,
  name: 'history',
  sql: `
    -- Which of a school's histories the cursor counts in: a new one begins when the school comes back from a backup.
    ALTER TABLE progress_sync ADD COLUMN history TEXT;
  `,
};
