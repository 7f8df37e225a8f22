import type { Migration } from '../migrator.ts';

export const ledger0140RefusedDates: Migration = {
  version: 140,
  name: 'refused-dates',
  sql: `
    -- The date that the server would have given an event it refused for the first time, ms since the Unix epoch: later places are
    -- told from it by that, since the clock it was recorded by may have been fast. Null for what was never refused.
    ALTER TABLE outbox ADD COLUMN dated_at INTEGER;
  `,
};
