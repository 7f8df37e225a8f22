import Database from 'better-sqlite3';

/** What repositories are handed. Synchronous inside; their methods return promises, so that it can move to a worker. */
export type Connection = Database.Database;

export interface OpenOptions {
  /** Path of the database file. */
  readonly file: string;
  /** `full`: a committed row survives a power cut (the ledger). `normal`: it survives a crash (content, which can be rebuilt). */
  readonly durability: 'full' | 'normal';
  /** Where the binding lies when it is not the one shipped with better-sqlite3. */
  readonly nativeBinding?: string | undefined;
}

/** Opens a database in WAL mode. Throws SqliteError; a file that is not a database throws on the first pragma. */
export function openConnection({ file, durability, nativeBinding }: OpenOptions): Connection {
  const connection = new Database(file, nativeBinding ? { nativeBinding } : {});
  try {
    connection.pragma('journal_mode = WAL');
    connection.pragma(`synchronous = ${durability === 'full' ? 'FULL' : 'NORMAL'}`);
    if (durability === 'full') connection.pragma('fullfsync = 1');
    // What a student wiped is gone from the file too.
    connection.pragma('secure_delete = ON');
    connection.pragma('foreign_keys = ON');
    connection.pragma('busy_timeout = 5000');
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}
