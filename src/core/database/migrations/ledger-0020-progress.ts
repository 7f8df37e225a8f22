import type { Migration } from '../migrator.ts';

/** Plain rowid tables, because those can still be read row by row when pages of them are damaged (salvage-ledger.ts). */
export const ledger0020Progress: Migration = {
  version: 20,
  name: 'progress',
  sql: `
    -- Events are named (install, sequence) forever. A copied or put-back disk gets a new install id.
    CREATE TABLE install (
      one INTEGER PRIMARY KEY CHECK (one = 1),
      id TEXT NOT NULL,
      next_sequence INTEGER NOT NULL
    ) STRICT;
    -- What the server is known to know of a student on a timeline: its own rows joined with what it acknowledged. JSON of a ProgressState.
    CREATE TABLE progress (
      account TEXT NOT NULL,
      timeline_id TEXT NOT NULL,
      lesson_id TEXT NOT NULL,
      state TEXT NOT NULL,
      -- Of the server's row; 0 before it told us any.
      version INTEGER NOT NULL,
      -- Of the lesson; null until the catalogue knew it.
      duration_ms INTEGER,
      updated_at INTEGER NOT NULL,
      PRIMARY KEY (account, timeline_id)
    ) STRICT;
    -- What this machine recorded and no server acknowledged yet. Rows leave only when acknowledged.
    CREATE TABLE outbox (
      sequence INTEGER PRIMARY KEY,
      account TEXT NOT NULL,
      timeline_id TEXT NOT NULL,
      session_id TEXT NOT NULL,
      epoch INTEGER NOT NULL,
      -- JSON of a SessionSnapshot, and of the clocks when it was recorded.
      snapshot TEXT NOT NULL,
      recorded_at TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('pending', 'in_flight', 'held', 'parked')),
      -- Sent once, a row never changes again: the server may have it.
      frozen INTEGER NOT NULL DEFAULT 0 CHECK (frozen IN (0, 1)),
      -- How often the server failed on it when it was sent alone.
      failures INTEGER NOT NULL DEFAULT 0,
      reason TEXT
    ) STRICT;
    CREATE INDEX outbox_by_account ON outbox (account, state, sequence);
    CREATE INDEX outbox_by_session ON outbox (account, timeline_id, session_id);
    CREATE TABLE progress_sync (
      account TEXT PRIMARY KEY,
      -- Where the pull of the server's rows goes on.
      cursor INTEGER NOT NULL DEFAULT 0,
      last_sent_at INTEGER
    ) STRICT;
  `,
};
