import { open, type FileHandle } from 'node:fs/promises';

/** A file that is open for now. */
export interface OpenFile {
  readonly bytes: number;
  /** Fills `into` from `start` on. */
  read(into: Uint8Array, start: number): Promise<void>;
  release(): void;
}

interface Entry {
  readonly handle: FileHandle;
  readonly bytes: number;
  users: number;
  isDropped: boolean;
}

/**
 * Keeps files open that are asked for again and again, those longest not asked for closed first.
 * Only for files that never change under their names.
 */
export class OpenFiles {
  readonly #entries = new Map<string, Promise<Entry | null>>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  /** Null when there is no such file. */
  async open(path: string): Promise<OpenFile | null> {
    const opening = this.#entries.get(path) ?? openEntry(path);
    // Last in the map is what was asked for last.
    this.#entries.delete(path);
    this.#entries.set(path, opening);
    const entry = await opening.catch((error: unknown) => {
      this.#entries.delete(path);
      throw error;
    });
    if (!entry) {
      this.#entries.delete(path);
      return null;
    }
    if (entry.isDropped) return this.open(path);
    entry.users += 1;
    while (this.#entries.size > this.#most) this.#drop(this.#entries.keys().next().value ?? path);
    return fileOf(entry);
  }

  /** Closes what nobody uses now, and the rest when they are done. */
  close(): void {
    for (const path of this.#entries.keys()) this.#drop(path);
  }

  #drop(path: string): void {
    const opening = this.#entries.get(path);
    this.#entries.delete(path);
    void opening?.then(
      (entry) => {
        if (!entry) return;
        entry.isDropped = true;
        closeUnused(entry);
      },
      () => {},
    );
  }
}

async function openEntry(path: string): Promise<Entry | null> {
  const handle = await open(path, 'r').catch((error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? null : Promise.reject(error)));
  return handle && { handle, bytes: (await handle.stat()).size, users: 0, isDropped: false };
}

function fileOf(entry: Entry): OpenFile {
  const release = () => {
    entry.users -= 1;
    closeUnused(entry);
  };
  const read: OpenFile['read'] = async (into, start) => {
    for (let at = 0; at < into.length; ) {
      const { bytesRead } = await entry.handle.read(into, at, into.length - at, start + at);
      if (bytesRead === 0) throw new Error('A published file became shorter');
      at += bytesRead;
    }
  };
  return { bytes: entry.bytes, release, read };
}

function closeUnused(entry: Entry): void {
  if (entry.isDropped && entry.users === 0) void entry.handle.close().catch(() => {});
}
