import { createReadStream } from 'node:fs';
import { chmod, mkdir, open, opendir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { sha256Schema } from '../../shared/models/manifest.ts';
import { notFound } from '../errors.ts';
import type { MediaFile, MediaStorage } from './ports.ts';
import { spool } from './spool.ts';

/** How much of a file is in memory at once while it is sent. */
const chunkBytes = 256 * 1024;

/** Files in a folder, in sub-folders by the first two digits of their names. */
export function createFolderStorage(folder: string): MediaStorage {
  const pathOf = (sha256: string) => join(folder, sha256.slice(0, 2), sha256);
  const size = async (sha256: string) => stat(pathOf(sha256)).then((found) => found.size, () => null);
  return {
    size,
    localPath: pathOf,
    put: (content, about) =>
      spool(join(folder, 'incoming'), content, about, async ({ path, sha256, bytes }) => {
        const place = pathOf(sha256);
        // A web server of another user sends these files (X-Accel-Redirect); they are ciphertext.
        await chmod(path, 0o644);
        await mkdir(dirname(place), { recursive: true });
        await rename(path, place);
        await syncFolder(dirname(place));
        return { sha256, bytes };
      }),
    open: async (sha256, range) => {
      if ((await size(sha256)) === null) throw notFound('File');
      return createReadStream(pathOf(sha256), { ...range, highWaterMark: chunkBytes });
    },
    remove: (sha256) => rm(pathOf(sha256), { force: true }),
    list: () => listFolder(folder),
  };
}

async function* listFolder(folder: string): AsyncGenerator<MediaFile> {
  const top = await opendir(folder).catch((error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? [] : Promise.reject(error)));
  for await (const { name: digits } of top) {
    if (!/^[0-9a-f]{2}$/.test(digits)) continue;
    for await (const { name } of await opendir(join(folder, digits))) {
      if (!sha256Schema.safeParse(name).success) continue;
      const found = await stat(join(folder, digits, name)).catch(() => null);
      if (found) yield { sha256: name, bytes: found.size };
    }
  }
}

/** Makes a rename durable; Windows has no such thing and needs none. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}
