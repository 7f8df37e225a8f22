import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A disk that forgets at a power cut what was not synced. */
export interface ForgetfulDisk {
  /** Where programs write. */
  readonly folder: string;
  /** What is left after the cut: a folder on an ordinary disk. */
  cutPower(): Promise<string>;
}

/** Whether this machine lets us mount such a disk: FUSE and its Python are there. */
export function hasFuse(): boolean {
  return existsSync('/dev/fuse') && existsSync('/usr/lib/python3/dist-packages/fusepy.py');
}

export async function mountForgetfulDisk(folder: string): Promise<ForgetfulDisk> {
  const [live, durable, mount] = ['live', 'durable', 'mount'].map((name) => join(folder, name)) as [string, string, string];
  for (const place of [live, durable, mount]) mkdirSync(place);
  const child = spawn('/usr/bin/python3', [join(import.meta.dirname, 'forgetful.py'), live, durable, mount], { stdio: ['ignore', 'ignore', 'inherit'] });
  while (!readFileSync('/proc/mounts', 'utf8').includes(mount)) {
    if (child.exitCode !== null) throw new Error(`The forgetful disk ended with ${child.exitCode}`);
    await sleep(20);
  }
  return {
    folder: mount,
    cutPower: async () => {
      // Killed, so that nothing is written on its way out.
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
      execFileSync('umount', ['-l', mount]);
      return durable;
    },
  };
}
