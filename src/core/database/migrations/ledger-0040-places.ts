import type { Migration } from '../migrator.ts';

export const ledger0040Places: Migration = {
  version: 40,
  name: 'places',
  sql: `
    -- How much of the lesson makes it done; as the catalogue said when it was last watched.
    ALTER TABLE progress ADD COLUMN done_percent INTEGER NOT NULL DEFAULT 90;
    -- Where the student was last on this machine, and in which epoch; null when it was never watched here.
    ALTER TABLE progress ADD COLUMN here_ms INTEGER;
    ALTER TABLE progress ADD COLUMN here_epoch INTEGER;
    -- Seconds over which machines spread their return, as the server said.
    ALTER TABLE progress_sync ADD COLUMN return_window REAL NOT NULL DEFAULT 1;
  `,
};
