import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** So long a lesson that could not be made may be tried again. */
const keptMs = 30 * 24 * 60 * 60 * 1000;

/** Removes the sources of lessons that were ordered long ago and never made. @param now ms */
export async function sweepSources(folder: string, now: number): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const { mtimeMs } = await stat(join(folder, name));
    if (now - mtimeMs > keptMs) await rm(join(folder, name), { recursive: true, force: true });
  }
}
