import type { Migration } from '../migrator.ts';

export const ledger0060SlimOutbox: Migration = {
  version: 60,
  name: 'slim-outbox',
  sql: `
    -- The last report of this machine as JSON of {snapshot, recordedAt}: should pages of the outbox be lost, it is said again.
    ALTER TABLE progress ADD COLUMN last_report TEXT;
    -- A backlog grows with sittings, so a row says nothing twice: the body holds what the columns do not (stored-event.ts).
    -- body: JSON of a snapshot's [lesson, ranges, watched ms, position ms], else the whole Note or Choice. recorded_at: JSON of
    -- [boot id, monotonic ms, wall ms]. Still plain rows that are understood without any other table.
    CREATE TABLE outbox_next (
      sequence INTEGER PRIMARY KEY,
      account TEXT NOT NULL,
      kind TEXT NOT NULL CHECK (kind IN ('watched', 'noted', 'chose')),
      timeline_id TEXT NOT NULL,
      session_id TEXT NOT NULL,
      epoch INTEGER NOT NULL,
      body TEXT NOT NULL,
      recorded_at TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('pending', 'in_flight', 'held', 'parked')),
      frozen INTEGER NOT NULL DEFAULT 0 CHECK (frozen IN (0, 1)),
      failures INTEGER NOT NULL DEFAULT 0,
      reason TEXT
    ) STRICT;
    INSERT INTO outbox_next (sequence, account, kind, timeline_id, session_id, epoch, body, recorded_at, state, frozen, failures, reason)
      SELECT sequence, account, kind, timeline_id, session_id, epoch,
        CASE kind
          WHEN 'watched' THEN json_array(snapshot ->> '$.lessonId', json(snapshot -> '$.ranges'), snapshot ->> '$.watchedMs', snapshot ->> '$.positionMs')
          ELSE snapshot
        END,
        json_array(recorded_at ->> '$.bootId', recorded_at ->> '$.monotonicMs', recorded_at ->> '$.wallMs'), state, frozen, failures, reason
      FROM outbox;
    DROP TABLE outbox;
    ALTER TABLE outbox_next RENAME TO outbox;
    -- The ends of the ids tell sittings apart well enough, at a third of the bytes.
    CREATE INDEX outbox_by_sitting ON outbox (substr(timeline_id, -6), substr(session_id, -6));
  `,
};
