import type { Migration } from '../migrator.ts';

export const ledger0020Progress: Migration = {
  version: 20,
  name: 'progress',
  sql: `
    -- The server's state of a timeline as last heard, per student.
    CREATE TABLE server_progress (
      account TEXT NOT NULL,
      timeline_id TEXT NOT NULL,
      lesson_id TEXT NOT NULL,
      state TEXT NOT NULL,
      version INTEGER NOT NULL,
      updated_at INTEGER NOT NULL,
      PRIMARY KEY (account, timeline_id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE pull_cursors (account TEXT PRIMARY KEY, cursor INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    -- What the server has not acknowledged. A row that was sent once is frozen; later reports of its sitting make a new row.
    CREATE TABLE outbox (
      sequence INTEGER PRIMARY KEY,
      account TEXT NOT NULL,
      session_id TEXT NOT NULL,
      timeline_id TEXT NOT NULL,
      lesson_id TEXT NOT NULL,
      epoch INTEGER NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('pending', 'sending', 'held', 'parked')),
      frozen INTEGER NOT NULL DEFAULT 0 CHECK (frozen IN (0, 1)),
      reason TEXT,
      snapshot TEXT NOT NULL,
      duration_ms INTEGER NOT NULL,
      recorded_at TEXT NOT NULL
    ) STRICT;
    CREATE INDEX outbox_by_account ON outbox (account, state, sequence);
    CREATE TABLE sync_state (account TEXT PRIMARY KEY, last_sent_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  `,
};
