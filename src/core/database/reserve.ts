import { existsSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Both write-ahead logs with their shared memory, and what a student does to make room. */
const reserveBytes = 1024 * 1024;
/** It is not taken from a disk that is nearly full already. */
const plentyBytes = 64 * 1024 * 1024;

const fileIn = (folder: string) => join(folder, 'full-disk.reserve');

/** Keeps a little room for the day when the disk is full: SQLite cannot even open a database without some. Never throws. */
export function keepReserve(folder: string): void {
  const file = fileIn(folder);
  try {
    const { bavail, bsize } = statfsSync(folder);
    if (existsSync(file) || bavail * bsize < plentyBytes) return;
    writeFileSync(file, Buffer.alloc(reserveBytes));
  } catch {
    rmSync(file, { force: true });
  }
}

/** Gives the room back to the disk. False when there was none. */
export function spendReserve(folder: string): boolean {
  const file = fileIn(folder);
  if (!existsSync(file)) return false;
  rmSync(file, { force: true });
  return true;
}
