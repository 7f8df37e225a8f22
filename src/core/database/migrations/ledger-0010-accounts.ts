import type { Migration } from '../migrator.ts';

/** Plain rowid tables, because those can still be read row by row when pages of them are damaged (salvage-ledger.ts). */
export const ledger0010Accounts: Migration = {
  version: 10,
  name: 'accounts',
  sql: `
    -- This installation's name towards servers; leases are bound to it.
    CREATE TABLE device (
      one INTEGER PRIMARY KEY CHECK (one = 1),
      id TEXT NOT NULL
    ) STRICT;
    -- Schools this machine knows, with the signing key pinned at the first sign-in.
    CREATE TABLE servers (
      url TEXT PRIMARY KEY,
      name TEXT NOT NULL,
      signing_key TEXT NOT NULL
    ) STRICT;
    -- The latest moment this machine knows of, against clocks that are turned back: a server's time, or later this machine's own.
    CREATE TABLE clock_anchor (
      one INTEGER PRIMARY KEY CHECK (one = 1),
      at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE accounts (
      id TEXT PRIMARY KEY,
      server TEXT NOT NULL,
      student TEXT NOT NULL,
      -- Wrapped by the system's keychain; null where there is none, or after signing out.
      refresh_token BLOB,
      current INTEGER NOT NULL DEFAULT 0 CHECK (current IN (0, 1))
    ) STRICT;
    CREATE UNIQUE INDEX one_current_account ON accounts (current) WHERE current = 1;
    CREATE TABLE leases (
      account TEXT NOT NULL,
      lesson_id TEXT NOT NULL,
      -- The signed lease with its content key, wrapped.
      lease BLOB NOT NULL,
      -- A copy from inside, to find what is due for renewal; never believed for opening.
      expires_at INTEGER NOT NULL,
      PRIMARY KEY (account, lesson_id)
    ) STRICT;
  `,
};
