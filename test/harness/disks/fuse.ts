import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Whether this machine lets us mount such disks: FUSE and its Python are there. */
export function hasFuse(): boolean {
  return existsSync('/dev/fuse') && existsSync('/usr/lib/python3/dist-packages/fusepy.py');
}

/** Mounts a file system of this folder's; the last argument is where. Resolves to what takes it away: killed, so that nothing is written on its way out. */
export async function mountFuse(program: string, ...args: readonly [...string[], string]): Promise<() => Promise<void>> {
  const mount = args.at(-1) ?? '';
  const child = spawn('/usr/bin/python3', ['-B', join(import.meta.dirname, program), ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  while (!readFileSync('/proc/mounts', 'utf8').includes(mount)) {
    if (child.exitCode !== null) throw new Error(`${program} ended with ${child.exitCode}`);
    await sleep(20);
  }
  return async () => {
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
    execFileSync('umount', ['-l', mount]);
  };
}
