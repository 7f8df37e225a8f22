import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { silentLogger } from '../base/logger.ts';
import { openConnection } from './connection.ts';
import { openDatabase, type DatabaseSurroundings } from './databases.ts';
import { lockFolder } from './folder-lock.ts';
import { ledgerCopyName } from './ledger-copy.ts';
import { salvageLedger, type Salvage } from './salvage-ledger.ts';
import { setAside } from './set-aside.ts';

export interface Repair {
  /** Name of the damaged file, kept in the data folder. */
  readonly keptAs: string;
  readonly salvage: Salvage;
}

/**
 * At the student's word: sets a damaged ledger.db aside, begins a new one, and takes over what can be read of the old
 * one, then what the daily copy still knows. The folder must not be open. Throws data_folder_in_use.
 */
export function repairLedger(folder: string, surroundings: DatabaseSurroundings = {}): Repair {
  const unlock = lockFolder(folder, surroundings.nativeBinding);
  try {
    const aside = setAside(folder, 'ledger', (surroundings.now ?? Date.now)());
    const sources = [aside, join(folder, ledgerCopyName)].filter((file) => existsSync(file));
    const ledger = openDatabase(folder, 'ledger', surroundings);
    try {
      const found = sources.map((file) => withCopyOf(file, surroundings, (damaged) => salvageLedger(damaged, ledger)));
      const salvage = { rows: sumRows(found), complete: found[0]?.complete ?? false };
      (surroundings.logger ?? silentLogger()).warn('ledger.db was damaged; set aside and rebuilt', { ...salvage });
      return { keptAs: basename(aside), salvage };
    } finally {
      ledger.close();
    }
  } finally {
    unlock();
  }
}

/** Reads from a copy, since SQLite writes to what it opens and the kept file is evidence. */
function withCopyOf(
  file: string,
  { nativeBinding, logger }: DatabaseSurroundings,
  read: (connection: ReturnType<typeof openConnection>) => Salvage,
): Salvage {
  const copy = `${file}.reading`;
  try {
    for (const suffix of ['', '-wal']) if (existsSync(`${file}${suffix}`)) copyFileSync(`${file}${suffix}`, `${copy}${suffix}`);
    const connection = openConnection({ file: copy, durability: 'normal', nativeBinding });
    try {
      return read(connection);
    } finally {
      connection.close();
    }
  } catch (error) {
    logger?.warn('nothing could be read of a damaged ledger', { error, file: basename(file) });
    return { rows: {}, complete: false };
  } finally {
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${copy}${suffix}`, { force: true });
  }
}

function sumRows(salvages: readonly Salvage[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const [table, count] of salvages.flatMap(({ rows }) => Object.entries(rows))) sums[table] = (sums[table] ?? 0) + count;
  return sums;
}
