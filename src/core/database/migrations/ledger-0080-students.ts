import type { Migration } from '../migrator.ts';

export const ledger0080Students: Migration = {
  version: 80,
  name: 'students',
  sql: `
    -- Whether this student is offered on this machine. Who signed out is not, and has to sign in again.
    ALTER TABLE accounts ADD COLUMN listed INTEGER NOT NULL DEFAULT 0 CHECK (listed IN (0, 1));
    UPDATE accounts SET listed = current;
    -- What the PIN of a shared computer is checked against, and how often it was tried in vain since.
    ALTER TABLE accounts ADD COLUMN pin TEXT;
    ALTER TABLE accounts ADD COLUMN pin_failures INTEGER NOT NULL DEFAULT 0;
  `,
};
