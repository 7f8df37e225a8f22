import type { Migration } from '../migrator.ts';

export const ledger0050Choices: Migration = {
  version: 50,
  name: 'choices',
  sql: `
    -- What the server is known to know of a student's own settings. Plain rowid table, as all of the ledger.
    CREATE TABLE choices (
      account TEXT NOT NULL,
      name TEXT NOT NULL,
      -- JSON of a StampedChoice.
      choice TEXT NOT NULL,
      -- Of the server's row; 0 before it told us any.
      version INTEGER NOT NULL,
      PRIMARY KEY (account, name)
    ) STRICT;
    -- The outbox as it was, but that a row may be of kind 'chose': a Choice as its snapshot, the setting's name as its session.
    CREATE TABLE outbox_next (
      sequence INTEGER PRIMARY KEY,
      account TEXT NOT NULL,
      timeline_id TEXT NOT NULL,
      session_id TEXT NOT NULL,
      epoch INTEGER NOT NULL,
      snapshot TEXT NOT NULL,
      recorded_at TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('pending', 'in_flight', 'held', 'parked')),
      frozen INTEGER NOT NULL DEFAULT 0 CHECK (frozen IN (0, 1)),
      failures INTEGER NOT NULL DEFAULT 0,
      reason TEXT,
      kind TEXT NOT NULL DEFAULT 'watched' CHECK (kind IN ('watched', 'noted', 'chose'))
    ) STRICT;
    INSERT INTO outbox_next (sequence, account, timeline_id, session_id, epoch, snapshot, recorded_at, state, frozen, failures, reason, kind)
      SELECT sequence, account, timeline_id, session_id, epoch, snapshot, recorded_at, state, frozen, failures, reason, kind FROM outbox;
    DROP TABLE outbox;
    ALTER TABLE outbox_next RENAME TO outbox;
    CREATE INDEX outbox_by_account ON outbox (account, state, sequence);
    CREATE INDEX outbox_by_session ON outbox (account, timeline_id, session_id);
  `,
};
