import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { openConnection, type Connection } from './connection.ts';
import type { Migration } from './migrator.ts';
import { migrate } from './migrator.ts';
import { salvageLedger } from './salvage-ledger.ts';

/** What was watched, once a day, for the day the ledger cannot be read. Without tokens and keys. */
export const ledgerCopyName = 'ledger-copy.db';

const copyAgeMs = 24 * 60 * 60 * 1000;

interface CopyOptions {
  readonly migrations: readonly Migration[];
  readonly nativeBinding?: string | undefined;
  readonly now: number;
}

/** Writes the copy anew when it is more than a day old. Since merging knows no twice, an old copy can never do harm. */
export function keepLedgerCopy(folder: string, ledger: Connection, { migrations, nativeBinding, now }: CopyOptions): void {
  const target = join(folder, ledgerCopyName);
  if (existsSync(target) && Math.abs(now - statSync(target).mtimeMs) < copyAgeMs) return;
  const fresh = `${target}.new`;
  const remove = () => ['', '-wal', '-shm'].forEach((suffix) => rmSync(`${fresh}${suffix}`, { force: true }));
  remove();
  const copy = openConnection({ file: fresh, durability: 'normal', nativeBinding });
  try {
    migrate(copy, migrations);
    salvageLedger(ledger, copy, { secrets: false });
    copy.pragma('journal_mode = DELETE');
  } finally {
    copy.close();
  }
  const handle = openSync(fresh, 'r+');
  fsyncSync(handle);
  closeSync(handle);
  renameSync(fresh, target);
}
