import { join } from 'node:path';
import { holdLockFile } from '../store/sqlite-locks.ts';

/** Makes this process the only one at work in a folder of backups. One that cannot be written to needs no lock. Throws with a sentence. */
export function lockBackups(backups: string, nativeBinding?: string): () => void {
  const lock = holdLockFile(join(backups, 'lock.db'), nativeBinding);
  if (lock === 'held') throw new Error('Another backup or restore is at work in this folder. Try again when it has ended.');
  return lock === 'cannot be written' ? () => {} : lock;
}
