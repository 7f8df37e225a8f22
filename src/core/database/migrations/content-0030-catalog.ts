import type { Migration } from '../migrator.ts';

export const content0030Catalog: Migration = { version: 30, name: 'catalog', sql: `` };
