import type { Migration } from '../migrator.ts';

export const ledger0090Keys: Migration = {
  version: 90,
  name: 'keys',
  sql: `
    -- JSON list of the keys a school had before, oldest first: what they signed still lies on this machine.
    ALTER TABLE servers ADD COLUMN earlier_keys TEXT NOT NULL DEFAULT '[]';
  `,
};
