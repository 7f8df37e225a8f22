import type { Migration } from '../migrator.ts';

export const ledger0130Drafts: Migration = {
  version: 130,
  name: 'drafts',
  sql: `
    -- What a student typed of a note and did not keep yet; note_id is empty for a new note. It stays on this machine.
    CREATE TABLE drafts (
      account TEXT NOT NULL,
      lesson_id TEXT NOT NULL,
      note_id TEXT NOT NULL,
      text TEXT NOT NULL,
      at_ms INTEGER NOT NULL,
      PRIMARY KEY (account, lesson_id, note_id)
    ) STRICT;
  `,
};
