import { closeSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { openConnection } from '../../src/core/database/connection.ts';

export const pageBytes = 4096;

/** Overwrites whole pages of a database file with noise, as a dying disk does. Page 1 is the header and the schema. */
export function damagePages(file: string, pages: readonly number[]): void {
  const handle = openSync(file, 'r+');
  for (const page of pages) {
    const noise = Uint8Array.from({ length: pageBytes }, (_, index) => (index * 151 + page * 31 + 7) & 0xff);
    writeSync(handle, noise, 0, pageBytes, (page - 1) * pageBytes);
  }
  closeSync(handle);
}

export function pageCount(file: string): number {
  return Math.floor(statSync(file).size / pageBytes);
}

/** Numbers of the pages whose first byte says leaf of a table b-tree (sqlite.org/fileformat2, 1.6). */
export function tableLeaves(file: string): number[] {
  const handle = openSync(file, 'r');
  const byte = new Uint8Array(1);
  const leaves = Array.from({ length: pageCount(file) }, (_, index) => index + 1).filter((page) => {
    readSync(handle, byte, 0, 1, (page - 1) * pageBytes + (page === 1 ? 100 : 0));
    return byte[0] === 0x0d;
  });
  closeSync(handle);
  return leaves;
}

/**
 * Numbers of the pages of a table or an index (a name in sqlite_schema). Opens and closes the database, which also takes
 * in what a crash left in its write-ahead log: the file alone holds everything then.
 */
export function pagesOf(file: string, name: string): number[] {
  const database = openConnection({ file, durability: 'full' });
  try {
    return database.prepare<[string], number>('SELECT pageno FROM dbstat WHERE name = ? ORDER BY pageno').pluck().all(name);
  } finally {
    database.close();
  }
}
