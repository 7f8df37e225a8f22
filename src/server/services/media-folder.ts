import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';

export interface MediaFile {
  readonly sha256: string;
  readonly bytes: number;
}

/** Published files in a folder, named by the SHA-256 of their bytes, in sub-folders by its first two digits. Immutable. */
export interface MediaFolder {
  pathOf(sha256: string): string;
  /** Size in bytes; null when there is no such file. */
  size(sha256: string): Promise<number | null>;
  /** Streams bytes into a new file: durable and whole, or not there at all. */
  add(write: (put: (bytes: Uint8Array) => Promise<void>) => Promise<void>): Promise<MediaFile>;
}

export function createMediaFolder(folder: string): MediaFolder {
  const pathOf = (sha256: string) => join(folder, sha256.slice(0, 2), sha256);
  return {
    pathOf,
    size: async (sha256) => stat(pathOf(sha256)).then(({ size }) => size, () => null),
    add: async (write) => {
      const temporary = join(folder, 'incoming', randomUUID());
      await mkdir(dirname(temporary), { recursive: true });
      const file = await open(temporary, 'wx');
      try {
        const { sha256, bytes } = await fill(file, write);
        await file.sync();
        await file.close();
        await mkdir(dirname(pathOf(sha256)), { recursive: true });
        await rename(temporary, pathOf(sha256));
        await syncFolder(dirname(pathOf(sha256)));
        return { sha256, bytes };
      } catch (error) {
        await file.close().catch(() => {});
        await rm(temporary, { force: true });
        throw error;
      }
    },
  };
}

async function fill(file: FileHandle, write: (put: (bytes: Uint8Array) => Promise<void>) => Promise<void>): Promise<MediaFile> {
  const hash = createHash('sha256');
  let bytes = 0;
  await write(async (chunk) => {
    hash.update(chunk);
    await file.appendFile(chunk);
    bytes += chunk.length;
  });
  return { sha256: hash.digest('hex'), bytes };
}

/** Makes a rename durable; Windows has no such thing and needs none. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}
