import type { Migration } from '../migrator.ts';

export const content0030Catalog: Migration = {
  version: 30,
  name: 'catalog',
  sql: `
    -- Courses with their lessons as the server last told this student, as JSON of shared/api/catalog.
    CREATE TABLE courses (
      account TEXT NOT NULL,
      id TEXT NOT NULL,
      position INTEGER NOT NULL,
      course TEXT NOT NULL,
      lessons TEXT NOT NULL,
      PRIMARY KEY (account, id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE catalog_refreshes (account TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE posters (server TEXT NOT NULL, path TEXT NOT NULL, type TEXT NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (server, path)) STRICT;
  `,
};
