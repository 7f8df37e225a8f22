import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { mountFuse } from './fuse.ts';

/** A disk that forgets at a power cut what was not synced. */
export interface ForgetfulDisk {
  /** Where programs write. */
  readonly folder: string;
  /** What is left after the cut: a folder on an ordinary disk. */
  cutPower(): Promise<string>;
}

export async function mountForgetfulDisk(folder: string): Promise<ForgetfulDisk> {
  const [live, durable, mount] = ['live', 'durable', 'mount'].map((name) => join(folder, name)) as [string, string, string];
  for (const place of [live, durable, mount]) mkdirSync(place);
  const unmount = await mountFuse('forgetful.py', live, durable, mount);
  return {
    folder: mount,
    cutPower: async () => {
      await unmount();
      return durable;
    },
  };
}
