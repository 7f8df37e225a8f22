import { readdirSync, readFileSync } from 'node:fs';

/** Ids of the main processes that run on a data folder, by their own environment (Linux). */
export function appsOn(dataFolder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const env = readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
        const command = readFileSync(`/proc/${pid}/cmdline`, 'latin1');
        return env.includes(`TEACHIFY_DATA=${dataFolder}`) && command !== '' && !command.includes('--type=') && /electron|teachify/i.test(command.split('\0')[0] ?? '');
      } catch {
        return false; // it ended while we looked, or is not ours to look at
      }
    })
    .map(Number);
}
