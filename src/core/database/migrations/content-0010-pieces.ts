import type { Migration } from '../migrator.ts';

export const content0010Pieces: Migration = {
  version: 10,
  name: 'pieces',
  sql: `
    -- One row per file on this machine. A set bit means: this piece is verified and durable.
    CREATE TABLE files (
      id TEXT PRIMARY KEY,
      bytes INTEGER NOT NULL,
      pieces INTEGER NOT NULL,
      bits BLOB NOT NULL,
      verified_bytes INTEGER NOT NULL,
      used_at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE claims (
      account TEXT NOT NULL,
      lesson_id TEXT NOT NULL,
      quality TEXT NOT NULL,
      file_id TEXT NOT NULL,
      PRIMARY KEY (account, lesson_id, quality, file_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX claims_by_file ON claims (file_id);
    -- Manifests as signed, once their signature was checked; plain files as the server described them.
    CREATE TABLE lesson_contents (
      server TEXT NOT NULL,
      lesson_id TEXT NOT NULL,
      payload TEXT NOT NULL,
      signature TEXT,
      PRIMARY KEY (server, lesson_id)
    ) STRICT;
  `,
};
