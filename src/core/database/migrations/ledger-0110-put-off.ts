import type { Migration } from '../migrator.ts';

export const ledger0110PutOff: Migration = {
  version: 110,
  name: 'put-off',
  sql: `
    -- What is held or parked is looked for before each sending, and there is seldom any: a long backlog is not read through for it.
    CREATE INDEX outbox_held ON outbox (account) WHERE state = 'held';
    CREATE INDEX outbox_parked ON outbox (account) WHERE state = 'parked';
  `,
};
