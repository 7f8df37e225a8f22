import type { Migration } from '../migrator.ts';

export const ledger0030Notes: Migration = {
  version: 30,
  name: 'notes',
  sql: `
    -- What the server is known to know of a student's notes. Plain rowid table, as all of the ledger.
    CREATE TABLE notes (
      account TEXT NOT NULL,
      note_id TEXT NOT NULL,
      -- JSON of a StampedNote.
      note TEXT NOT NULL,
      -- Of the server's row; 0 before it told us any.
      version INTEGER NOT NULL,
      PRIMARY KEY (account, note_id)
    ) STRICT;
    -- A row of kind 'noted' carries a Note as its snapshot, and the note's id as its session.
    ALTER TABLE outbox ADD COLUMN kind TEXT NOT NULL DEFAULT 'watched' CHECK (kind IN ('watched', 'noted'));
  `,
};
