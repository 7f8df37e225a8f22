import Database from 'better-sqlite3';

/**
 * Holds a lock file until it is given back or the process ends, however it ends: a transaction that never commits, which is the
 * operating system's own lock. `held` by another process, or in a folder that `cannot be written`.
 */
export function holdLockFile(file: string, nativeBinding?: string): (() => void) | 'held' | 'cannot be written' {
  let connection: Database.Database | null = null;
  try {
    connection = new Database(file, { timeout: 0, ...(nativeBinding ? { nativeBinding } : {}) });
    connection.pragma('journal_mode = MEMORY');
    connection.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    connection?.close();
    const code = error instanceof Database.SqliteError ? error.code : '';
    if (code.startsWith('SQLITE_BUSY')) return 'held';
    if (code.startsWith('SQLITE_CANTOPEN') || code.startsWith('SQLITE_READONLY')) return 'cannot be written';
    throw error;
  }
  const held = connection;
  return () => void held.close();
}

/** Whether somebody else has a database open: it leaves its write-ahead log only for one that is alone with it. */
export function isOpenElsewhere(file: string, nativeBinding?: string): boolean {
  const connection = new Database(file, { fileMustExist: true, timeout: 0, ...(nativeBinding ? { nativeBinding } : {}) });
  try {
    return connection.pragma('journal_mode = DELETE', { simple: true }) !== 'delete';
  } catch (error) {
    // What is no database is nobody's.
    return error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');
  } finally {
    connection.close();
  }
}
