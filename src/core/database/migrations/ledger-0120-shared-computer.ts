import type { Migration } from '../migrator.ts';

export const ledger0120SharedComputer: Migration = {
  version: 120,
  name: 'shared-computer',
  sql: `
    -- Whether this is a shared computer, beside the PINs that it asks for: a settings file that is lost opens no seat.
    CREATE TABLE shared_computer (
      one INTEGER PRIMARY KEY CHECK (one = 1),
      shared INTEGER NOT NULL CHECK (shared IN (0, 1))
    ) STRICT;
  `,
};
