import { mkdir, open, readdir, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { diskError } from '../base/disk-error.ts';
import { requireFolder } from './block-folder.ts';
import type { FileId } from './ports.ts';

const heldCodes: ReadonlySet<string> = new Set(['EBUSY', 'EPERM', 'EACCES']);
const busyTries = 6;
const busyMs = 50;

/** Blocks on disk, below one folder: `<2 hex>/<file id>/<block>.blk`. */
export class BlockFiles {
  #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  get folder(): string {
    return this.#folder;
  }

  /** From now on the blocks are there. Nobody may be writing. */
  relocate(folder: string): void {
    this.#folder = folder;
  }

  /** Opens a block for writing, made when absent; its folder entry is durable when this resolves. */
  async openForWriting(fileId: FileId, block: number): Promise<FileHandle> {
    const path = this.#path(fileId, block);
    return patiently(() => this.#openOrMake(path)).catch((error: unknown) => {
      throw diskError(error);
    });
  }

  async #openOrMake(path: string): Promise<FileHandle> {
    try {
      return await open(path, 'r+');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    await requireFolder(this.#folder);
    await mkdir(dirname(path), { recursive: true });
    const handle = await open(path, 'w+');
    try {
      await syncFolders(dirname(path), this.#folder);
      return handle;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** So many bytes at an offset in a block; null when they are not all there. */
  async read(fileId: FileId, block: number, offset: number, length: number): Promise<Uint8Array | null> {
    let handle: FileHandle;
    try {
      handle = await patiently(() => open(this.#path(fileId, block), 'r'));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw diskError(error);
      // A drive that is gone has lost nothing.
      await requireFolder(this.#folder);
      return null;
    }
    try {
      const buffer = Buffer.allocUnsafe(length);
      const { bytesRead } = await handle.read(buffer, 0, length, offset);
      return bytesRead === length ? buffer : null;
    } catch (error) {
      throw diskError(error);
    } finally {
      await handle.close();
    }
  }

  /** Bytes of all blocks of a file. */
  async bytes(fileId: FileId): Promise<number> {
    const folder = dirname(this.#path(fileId, 0));
    const names = await readdir(folder).catch(() => []);
    const sizes = await Promise.all(names.map((name) => stat(join(folder, name)).then(({ size }) => size, () => 0)));
    return sizes.reduce((sum, size) => sum + size, 0);
  }

  /** Length of a block's file; 0 when absent. */
  async length(fileId: FileId, block: number): Promise<number> {
    return stat(this.#path(fileId, block)).then(({ size }) => size, () => 0);
  }

  async remove(fileId: FileId): Promise<void> {
    await rm(dirname(this.#path(fileId, 0)), { recursive: true, force: true, maxRetries: busyTries, retryDelay: busyMs });
  }

  /** Ids of all files that have a folder here. */
  async list(): Promise<FileId[]> {
    const groups = await readdir(this.#folder).catch(() => []);
    const files = await Promise.all(groups.map((group) => readdir(join(this.#folder, group)).catch(() => [])));
    return files.flat().filter((name) => /^[0-9a-f]{64}$/.test(name));
  }

  #path(fileId: FileId, block: number): string {
    return join(this.#folder, fileId.slice(0, 2), fileId, `${block}.blk`);
  }
}

/** Virus scanners and indexers hold a fresh file for a moment: whoever meets them waits up to a second and says nothing. */
async function patiently<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (tries > busyTries || !heldCodes.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
      await delay(busyMs * tries);
    }
  }
}

/** fsync from the block's folder up to ours, so that a power cut cannot take the new entries. Windows has no such call. */
async function syncFolders(folder: string, top: string): Promise<void> {
  if (process.platform === 'win32') return;
  for (let current = folder; ; current = dirname(current)) {
    const handle = await open(current, 'r');
    await handle.sync().finally(() => handle.close());
    if (current === top || current === dirname(current)) return;
  }
}
