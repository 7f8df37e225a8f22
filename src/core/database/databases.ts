import { join } from 'node:path';
import { openConnection, type Connection } from './connection.ts';
import { content0010Pieces } from './migrations/content-0010-pieces.ts';
import { content0020Downloads } from './migrations/content-0020-downloads.ts';
import { content0030Catalog } from './migrations/content-0030-catalog.ts';
import { ledger0010Accounts } from './migrations/ledger-0010-accounts.ts';
import { ledger0020Progress } from './migrations/ledger-0020-progress.ts';
import { migrate } from './migrator.ts';

export interface Databases {
  /** Accounts, leases, progress, outbox: what cannot be had again. */
  readonly ledger: Connection;
  /** Pieces, queue, catalogue: what can be rebuilt from disk and server. */
  readonly content: Connection;
  close(): void;
}

/** Opens both databases of a data folder and brings them up to date. */
export function openDatabases(folder: string, nativeBinding?: string): Databases {
  const ledger = openConnection({ file: join(folder, 'ledger.db'), durability: 'full', nativeBinding });
  migrate(ledger, [ledger0010Accounts, ledger0020Progress]);
  const content = openConnection({ file: join(folder, 'content.db'), durability: 'normal', nativeBinding });
  migrate(content, [content0010Pieces, content0020Downloads, content0030Catalog]);
  return {
    ledger,
    content,
    close: () => {
      content.close();
      ledger.close();
    },
  };
}
