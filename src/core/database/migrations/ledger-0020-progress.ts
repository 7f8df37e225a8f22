import type { Migration } from '../migrator.ts';

export const ledger0020Progress: Migration = { version: 20, name: 'progress', sql: `` };
