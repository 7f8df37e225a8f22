import Database from 'better-sqlite3';

const busyMs = 10_000;

/**
 * Copies a database that is being written to, as it is now, by VACUUM INTO: one reader's view of the write-ahead log, which stops
 * no writer. SQLite's backup of pages begins again with each write of another process, which at a busy school is never the last.
 * It does not wait for the disk. @returns `ok`, or what is wrong with the copy
 */
export function copySqlite(from: string, to: string, nativeBinding?: string): string {
  const options = { fileMustExist: true, readonly: true, ...(nativeBinding ? { nativeBinding } : {}) };
  const source = new Database(from, { ...options, timeout: busyMs });
  try {
    source.prepare('VACUUM INTO ?').run(to);
  } finally {
    source.close();
  }
  const copy = new Database(to, options);
  try {
    return String(copy.pragma('quick_check', { simple: true }));
  } finally {
    copy.close();
  }
}
