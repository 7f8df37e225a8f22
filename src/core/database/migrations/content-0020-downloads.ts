import type { Migration } from '../migrator.ts';

export const content0020Downloads: Migration = {
  version: 20,
  name: 'downloads',
  sql: `
    CREATE TABLE downloads (
      account TEXT NOT NULL,
      lesson_id TEXT NOT NULL,
      course_id TEXT NOT NULL,
      quality TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('queued', 'paused', 'failed', 'ready')),
      reason TEXT,
      position INTEGER NOT NULL,
      bytes_done INTEGER NOT NULL,
      bytes_total INTEGER NOT NULL,
      PRIMARY KEY (account, lesson_id)
    ) STRICT, WITHOUT ROWID;
  `,
};
