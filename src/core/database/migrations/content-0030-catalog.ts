import type { Migration } from '../migrator.ts';

export const content0030Catalog: Migration = {
  version: 30,
  name: 'catalog',
  sql: `
    CREATE TABLE catalog_state (
      account TEXT PRIMARY KEY,
      refreshed_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    -- Bodies are JSON as shared/api/catalog has them.
    CREATE TABLE catalog_courses (
      account TEXT NOT NULL,
      id TEXT NOT NULL,
      position INTEGER NOT NULL,
      body TEXT NOT NULL,
      PRIMARY KEY (account, id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE catalog_lessons (
      account TEXT NOT NULL,
      id TEXT NOT NULL,
      course_id TEXT NOT NULL,
      position INTEGER NOT NULL,
      body TEXT NOT NULL,
      PRIMARY KEY (account, id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX catalog_lessons_by_course ON catalog_lessons (account, course_id, position);
    -- Public pictures, shared by everyone here. Bytes are null until they were fetched.
    CREATE TABLE posters (
      id TEXT PRIMARY KEY,
      server TEXT NOT NULL,
      path TEXT NOT NULL,
      mime_type TEXT,
      bytes BLOB
    ) STRICT;
  `,
};
