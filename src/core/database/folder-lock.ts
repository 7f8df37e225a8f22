import Database from 'better-sqlite3';
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { TeachifyError } from '../../shared/errors.ts';
import { isDamage } from './failures.ts';

/**
 * Makes this process the one owner of the data folder until the lock is given back or the process ends, however it ends.
 * An exclusive transaction on lock.db that never commits: the operating system's own file lock, on every platform.
 * Throws data_folder_in_use.
 */
export function lockFolder(folder: string, nativeBinding?: string): () => void {
  const file = join(folder, 'lock.db');
  try {
    return lock(file, nativeBinding);
  } catch (error) {
    if (!isDamage(error)) throw error;
    // Nothing is ever written there, so nothing is lost; whoever held it could not be read through by us.
    renameSync(file, `${file}.damaged`);
    return lock(file, nativeBinding);
  }
}

function lock(file: string, nativeBinding: string | undefined): () => void {
  const connection = new Database(file, { timeout: 0, ...(nativeBinding ? { nativeBinding } : {}) });
  try {
    // A journal on the disk would need room, and a student whose disk is full must be able to start the app to make some.
    connection.pragma('journal_mode = MEMORY');
    connection.exec('BEGIN EXCLUSIVE');
    return () => connection.close();
  } catch (error) {
    connection.close();
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) {
      throw new TeachifyError('data_folder_in_use', 'Another process owns this data folder', { cause: error });
    }
    throw error;
  }
}
