import { execFile } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A disk of its own of so many MiB, mounted in a folder. */
export interface SmallDisk {
  readonly folder: string;
  /** Takes all that is free, to the last byte. At once: a server in this process sends nothing meanwhile, however busy the machine is. */
  fill(): void;
  /** Frees what `fill` took. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** Null where this program may not mount (not Linux, not root). */
export async function openSmallDisk(mebibytes: number): Promise<SmallDisk | null> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return null;
  const folder = await mkdtemp(join(tmpdir(), 'teachify-disk-'));
  await run('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'teachify-test', folder]);
  const ballast = join(folder, 'ballast');
  return {
    folder,
    fill: () => fillWith(ballast),
    clear: () => rm(ballast, { force: true }),
    close: async () => {
      await run('umount', ['-l', folder]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function fillWith(file: string): void {
  const some = Buffer.alloc(4 * 1024 * 1024);
  const descriptor = openSync(file, 'w');
  try {
    for (;;) writeSync(descriptor, some);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    closeSync(descriptor);
  }
}
