import type { Migration } from '../migrator.ts';

export const content0010Pieces: Migration = { version: 10, name: 'pieces', sql: `` };
