import type { Migration } from '../migrator.ts';

export const content0040Queue: Migration = {
  version: 40,
  name: 'queue',
  sql: `
    -- The lesson's revision that is here whole; 0 while none is.
    ALTER TABLE downloads ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
    UPDATE downloads SET revision = 1 WHERE state = 'ready';
    -- Bytes that crossed the line, by local day, for the student's data allowance.
    CREATE TABLE data_usage (
      day TEXT PRIMARY KEY,
      bytes INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
  `,
};
