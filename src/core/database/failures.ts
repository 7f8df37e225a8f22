import Database from 'better-sqlite3';
import { TeachifyError } from '../../shared/errors.ts';

export type DatabaseName = 'ledger' | 'content';

/** True when SQLite says that the file's contents are not what it wrote (SQLITE_CORRUPT and its extended codes, SQLITE_NOTADB). */
export function isDamage(error: unknown): boolean {
  return error instanceof Database.SqliteError && /^SQLITE_(CORRUPT|NOTADB)/.test(error.code);
}

/** SQLite's failures as expected errors where a student can be told what to do; anything else, a bug, as it came. */
export function describeFailure(error: unknown, database: DatabaseName): unknown {
  if (!(error instanceof Database.SqliteError)) return error;
  const details = { database };
  if (isDamage(error)) return new TeachifyError('database_damaged', `${database}.db is damaged`, { cause: error, details });
  // SHMSIZE: the index of the write-ahead log could not grow.
  if (error.code === 'SQLITE_FULL' || error.code === 'SQLITE_IOERR_SHMSIZE') return new TeachifyError('disk_full', 'No room for the database', { cause: error, details });
  if (/^SQLITE_(CANTOPEN|READONLY|PERM|AUTH)/.test(error.code)) {
    return new TeachifyError('disk_denied', 'The database cannot be written', { cause: error, details });
  }
  if (error.code.startsWith('SQLITE_IOERR')) return new TeachifyError('disk_failed', 'The disk failed', { cause: error, details });
  return error;
}

/** Runs a transaction and throws what `describeFailure` makes of its failure. */
export function guarded<Result>(database: DatabaseName, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw describeFailure(error, database);
  }
}
