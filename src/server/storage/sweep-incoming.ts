import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** No file is on its way to its place for so long, over the slowest of lines. */
const keptMs = 24 * 60 * 60 * 1000;

/** Removes what processes that were killed had begun to put among the media. @param folder of the media. @param now ms */
export async function sweepIncoming(folder: string, now: number): Promise<void> {
  const incoming = join(folder, 'incoming');
  for (const name of await readdir(incoming).catch(() => [])) {
    const found = await stat(join(incoming, name)).catch(() => null);
    if (found && now - found.mtimeMs > keptMs) await rm(join(incoming, name), { force: true });
  }
}
