import type { Migration } from '../migrator.ts';

export const ledger0010Accounts: Migration = { version: 10, name: 'accounts', sql: `` };
