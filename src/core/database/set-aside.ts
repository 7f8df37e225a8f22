import { closeSync, existsSync, fsyncSync, openSync, readdirSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseName } from './failures.ts';

const companions = ['', '-wal', '-shm'];
const asideMark = '.damaged-';

/**
 * Renames a database and its companions to `<name>.damaged-<date>`, so that a fresh one can take its place. Nothing is
 * deleted. Gives back the new path of the database file.
 */
export function setAside(folder: string, database: DatabaseName, now: number): string {
  const file = `${database}.db`;
  const aside = freeName(folder, `${file}${asideMark}${new Date(now).toISOString().slice(0, 19).replaceAll(/[:T]/g, '-')}`);
  // The write-ahead log first: should the machine stop between two renames, a log without its database is harmless,
  // a fresh database beside a foreign log is not.
  for (const companion of companions.toReversed()) {
    const from = join(folder, `${file}${companion}`);
    if (existsSync(from)) renameSync(from, join(folder, `${aside}${companion}`));
  }
  return join(folder, aside);
}

/**
 * Overwrites and removes what was set aside of a database. All that could be read of it was taken over when it was set aside;
 * what is left are pages that cannot be read, and with them secrets that nobody could delete row by row.
 */
export function wipeSetAside(folder: string, database: DatabaseName): void {
  for (const name of readdirSync(folder).filter((one) => one.startsWith(`${database}.db${asideMark}`))) {
    const file = join(folder, name);
    overwrite(file);
    rmSync(file, { force: true });
  }
}

const chunkBytes = 1024 * 1024;

function overwrite(file: string): void {
  const handle = openSync(file, 'r+');
  try {
    const { size } = statSync(file);
    for (let at = 0; at < size; at += chunkBytes) writeSync(handle, new Uint8Array(Math.min(chunkBytes, size - at)), 0, undefined, at);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function freeName(folder: string, wished: string): string {
  const taken = new Set(readdirSync(folder));
  for (let count = 1; ; count++) {
    const name = count === 1 ? wished : `${wished}-${count}`;
    if (companions.every((companion) => !taken.has(`${name}${companion}`))) return name;
  }
}
