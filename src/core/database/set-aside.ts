import { existsSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseName } from './failures.ts';

const companions = ['', '-wal', '-shm'];

/**
 * Renames a database and its companions to `<name>.damaged-<date>`, so that a fresh one can take its place. Nothing is
 * deleted. Gives back the new path of the database file.
 */
export function setAside(folder: string, database: DatabaseName, now: number): string {
  const file = `${database}.db`;
  const aside = freeName(folder, `${file}.damaged-${new Date(now).toISOString().slice(0, 19).replaceAll(/[:T]/g, '-')}`);
  // The write-ahead log first: should the machine stop between two renames, a log without its database is harmless,
  // a fresh database beside a foreign log is not.
  for (const companion of companions.toReversed()) {
    const from = join(folder, `${file}${companion}`);
    if (existsSync(from)) renameSync(from, join(folder, `${aside}${companion}`));
  }
  return join(folder, aside);
}

function freeName(folder: string, wished: string): string {
  const taken = new Set(readdirSync(folder));
  for (let count = 1; ; count++) {
    const name = count === 1 ? wished : `${wished}-${count}`;
    if (companions.every((companion) => !taken.has(`${name}${companion}`))) return name;
  }
}
