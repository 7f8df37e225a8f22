import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isTeachifyError, TeachifyError } from '../../shared/errors.ts';
import { silentLogger, type Logger } from '../base/logger.ts';
import { openConnection, type Connection } from './connection.ts';
import { describeFailure, isDamage, type DatabaseName } from './failures.ts';
import { lockFolder } from './folder-lock.ts';
import { content0010Pieces } from './migrations/content-0010-pieces.ts';
import { content0020Downloads } from './migrations/content-0020-downloads.ts';
import { content0030Catalog } from './migrations/content-0030-catalog.ts';
import { content0040Queue } from './migrations/content-0040-queue.ts';
import { content0050Partials } from './migrations/content-0050-partials.ts';
import { content0060Transcripts } from './migrations/content-0060-transcripts.ts';
import { content0070LineSpeed } from './migrations/content-0070-line-speed.ts';
import { content0080CatalogCursor } from './migrations/content-0080-catalog-cursor.ts';
import { keepLedgerCopy, ledgerCopyName } from './ledger-copy.ts';
import { ledger0010Accounts } from './migrations/ledger-0010-accounts.ts';
import { ledger0020Progress } from './migrations/ledger-0020-progress.ts';
import { ledger0030Notes } from './migrations/ledger-0030-notes.ts';
import { ledger0040Places } from './migrations/ledger-0040-places.ts';
import { ledger0050Choices } from './migrations/ledger-0050-choices.ts';
import { ledger0060SlimOutbox } from './migrations/ledger-0060-slim-outbox.ts';
import { ledger0080Students } from './migrations/ledger-0080-students.ts';
import { ledger0090Keys } from './migrations/ledger-0090-keys.ts';
import { ledger0100History } from './migrations/ledger-0100-history.ts';
import { ledger0110PutOff } from './migrations/ledger-0110-put-off.ts';
import { ledger0120SharedComputer } from './migrations/ledger-0120-shared-computer.ts';
import { ledger0130Drafts } from './migrations/ledger-0130-drafts.ts';
import { ledger0140RefusedDates } from './migrations/ledger-0140-refused-dates.ts';
import { migrate, type Migration } from './migrator.ts';
import { keepReserve, spendReserve } from './reserve.ts';
import { setAside } from './set-aside.ts';

export interface Databases {
  /** Accounts, leases, progress, outbox: what cannot be had again. */
  readonly ledger: Connection;
  /** Pieces, queue, catalogue: what can be rebuilt from disk and server. */
  readonly content: Connection;
  close(): void;
}

export interface DatabaseSurroundings {
  /** Where better-sqlite3's binding lies when it is not the one shipped with it. */
  readonly nativeBinding?: string | undefined;
  readonly logger?: Logger;
  readonly now?: () => number;
}

const migrationsOf: Readonly<Record<DatabaseName, readonly Migration[]>> = {
  ledger: [ledger0010Accounts, ledger0020Progress, ledger0030Notes, ledger0040Places, ledger0050Choices, ledger0060SlimOutbox, ledger0080Students, ledger0090Keys, ledger0100History, ledger0110PutOff, ledger0120SharedComputer, ledger0130Drafts, ledger0140RefusedDates],
  content: [content0010Pieces, content0020Downloads, content0030Catalog, content0040Queue, content0050Partials, content0060Transcripts, content0070LineSpeed, content0080CatalogCursor],
};

/** No database is smaller (sqlite.org/fileformat2, 1.3). */
const headerBytes = 100;

/** A ledger up to this size is looked through at every start, which takes a few milliseconds a megabyte. */
const alwaysCheckedBytes = 32 * 1024 * 1024;

/**
 * Opens both databases of a data folder and brings them up to date. This process owns the folder until `close`.
 * A damaged content.db is set aside and begun afresh; a damaged ledger.db is left alone and reported, since only the
 * student may give it up (see repair-ledger.ts).
 * Throws data_folder_in_use, database_damaged (details.database), disk_full, disk_denied.
 */
export function openDatabases(folder: string, surroundings: DatabaseSurroundings = {}): Databases {
  const unlock = lockFolder(folder, surroundings.nativeBinding);
  try {
    const { ledger, content, cramped } = withRoom(folder, () => openBoth(folder, surroundings));
    if (!cramped) {
      copyLedger(folder, ledger, surroundings);
      keepReserve(folder);
    }
    return {
      ledger,
      content,
      close: () => {
        content.close();
        ledger.close();
        unlock();
      },
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

/** On a full disk a student must be able to start the app to make room: then the reserve is spent on it. */
function withRoom<Result extends object>(folder: string, work: () => Result): Result & { cramped: boolean } {
  try {
    return { ...work(), cramped: false };
  } catch (error) {
    if (!isTeachifyError(error, 'disk_full') || !spendReserve(folder)) throw error;
    return { ...work(), cramped: true };
  }
}

function openBoth(folder: string, surroundings: DatabaseSurroundings): { ledger: Connection; content: Connection } {
  requireLedger(folder);
  const ledger = openDatabase(folder, 'ledger', surroundings);
  try {
    return { ledger, content: openContent(folder, surroundings) };
  } catch (error) {
    ledger.close();
    throw error;
  }
}

/** SQLite takes a file of no bytes, or of one, for a new database; beside a copy of the ledger it is one that was lost. */
function requireLedger(folder: string): void {
  const file = join(folder, 'ledger.db');
  const isEmpty = !existsSync(file) || statSync(file).size < headerBytes;
  if (!isEmpty || !existsSync(join(folder, ledgerCopyName))) return;
  throw new TeachifyError('database_damaged', 'ledger.db is gone or empty, and its copy is not', { details: { database: 'ledger' } });
}

/** One database, checked and migrated. The folder's lock is the caller's. */
export function openDatabase(folder: string, name: DatabaseName, { nativeBinding }: DatabaseSurroundings): Connection {
  const file = join(folder, `${name}.db`);
  const suspicious = needsCheck(file, name);
  try {
    const connection = openConnection({ file, durability: name === 'ledger' ? 'full' : 'normal', nativeBinding });
    try {
      if (suspicious) check(connection, name);
      migrate(connection, migrationsOf[name]);
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    }
  } catch (error) {
    throw describeFailure(error, name);
  }
}

/** A copy that cannot be written (a full disk) is no reason not to start. */
function copyLedger(folder: string, ledger: Connection, { nativeBinding, logger, now = Date.now }: DatabaseSurroundings): void {
  try {
    keepLedgerCopy(folder, ledger, { migrations: migrationsOf.ledger, nativeBinding, now: now() });
  } catch (error) {
    logger?.warn('the copy of the ledger could not be written', { error });
  }
}

function openContent(folder: string, surroundings: DatabaseSurroundings): Connection {
  try {
    return openDatabase(folder, 'content', surroundings);
  } catch (error) {
    if (!isDamage(error) && !(error instanceof TeachifyError && error.code === 'database_damaged')) throw error;
    const aside = setAside(folder, 'content', (surroundings.now ?? Date.now)());
    (surroundings.logger ?? silentLogger()).warn('content.db was damaged; set aside and begun afresh', { error, aside });
    return openDatabase(folder, 'content', surroundings);
  }
}

/** SQLite removes the write-ahead log when the last connection closes properly, so one that is left tells of a crash. */
function needsCheck(file: string, name: DatabaseName): boolean {
  if (!existsSync(file)) return false;
  const crashed = existsSync(`${file}-wal`) && statSync(`${file}-wal`).size > 0;
  return crashed || (name === 'ledger' && statSync(file).size <= alwaysCheckedBytes);
}

function check(connection: Connection, name: DatabaseName): void {
  const found = connection.pragma('quick_check(1)', { simple: true });
  if (found !== 'ok') throw new TeachifyError('database_damaged', `${name}.db: ${String(found)}`, { details: { database: name } });
}
