import type { Migration } from '../migrator.ts';

export const content0020Downloads: Migration = { version: 20, name: 'downloads', sql: `` };
