import type { FileHandle } from 'node:fs/promises';
import { TeachifyError } from '../../shared/errors.ts';
import type { Clock } from '../base/clock.ts';
import { diskError } from '../base/disk-error.ts';
import type { BlockFiles } from './block-files.ts';
import type { Block } from './block-layout.ts';
import type { StoredFile } from './stored-file.ts';

const commitBytes = 1024 * 1024;
const latestMs = 2_000;
/** A fast line must not sync for every MiB: what a kill costs is bounded by time as well. */
const soonestMs = 200;

interface Dependencies {
  readonly files: BlockFiles;
  readonly clock: Clock;
  /** These pieces' bytes are durable: set their bits, all in one transaction. */
  readonly commit: (batch: ReadonlyMap<StoredFile, readonly number[]>) => Promise<void>;
}

/** A block that is being written, open for as long as somebody writes to it or waits for its sync. */
interface OpenBlock {
  readonly key: string;
  readonly handle: Promise<FileHandle>;
  users: number;
}

interface Batch {
  readonly pieces: Map<StoredFile, number[]>;
  readonly blocks: Set<OpenBlock>;
  bytes: number;
  readonly done: Promise<void>;
  readonly settle: { resolve(): void; reject(error: unknown): void };
}

/**
 * Makes what all transfers wrote durable in batches: fdatasync, then one transaction of bits; every 1 MiB or 2 s, but not
 * more often than five times a second unless somebody waits to see the piece.
 */
export class Committer {
  readonly #deps: Dependencies;
  readonly #open = new Map<string, OpenBlock>();
  #batch: Batch | null = null;
  #flushing: Promise<void> = Promise.resolve();
  #flushedAt = -Infinity;
  #timer: { readonly stop: AbortController; readonly dueAt: number } | null = null;

  constructor(dependencies: Dependencies) {
    this.#deps = dependencies;
  }

  /** A block to write to, shared by all who do; each gives it back once. */
  async use(file: StoredFile, block: Block): Promise<WritableBlock> {
    const key = `${file.description.id}:${block.index}`;
    const open: OpenBlock = this.#open.get(key) ?? { key, handle: this.#deps.files.openForWriting(file.description.id, block.index), users: 0 };
    this.#open.set(key, open);
    open.users += 1;
    let given = false;
    const giveBack = async () => {
      if (given) return;
      given = true;
      await this.#leave(open);
    };
    try {
      return new WritableBlock(await open.handle, open, giveBack);
    } catch (error) {
      if (this.#open.get(key) === open) this.#open.delete(key);
      throw error;
    }
  }

  /** A verified piece lies whole in its block. Resolves when it is durable and its bit is set; rejects when nobody knows. */
  add(file: StoredFile, piece: number, block: WritableBlock, urgent: boolean): Promise<void> {
    const batch = (this.#batch ??= newBatch());
    const pieces = batch.pieces.get(file) ?? [];
    pieces.push(piece);
    batch.pieces.set(file, pieces);
    batch.bytes += file.description.pieces[piece]?.length ?? 0;
    include(batch, block);
    this.#schedule(batch, urgent);
    return batch.done;
  }

  /** A beginning of a piece lies in its block: with the next batch it is durable and the books say so, so that a kill or a power cut does not cost it. */
  note(file: StoredFile, block: WritableBlock): void {
    const batch = (this.#batch ??= newBatch());
    include(batch, block);
    if (!batch.pieces.has(file)) batch.pieces.set(file, []);
    this.#schedule(batch, false);
  }

  /** A file's blocks were removed: who writes from now on opens them anew, whoever still holds the old ones. */
  forget(fileId: string): void {
    for (const key of [...this.#open.keys()]) if (key.startsWith(`${fileId}:`)) this.#open.delete(key);
  }

  /** Everything added so far, now. */
  async flush(): Promise<void> {
    const batch = this.#batch;
    if (batch) this.#begin(batch);
    await this.#flushing;
  }

  #schedule(batch: Batch, urgent: boolean): void {
    const sinceMs = this.#deps.clock.monotonic() - this.#flushedAt;
    if (urgent || (batch.bytes >= commitBytes && sinceMs >= soonestMs)) return this.#begin(batch);
    const waitMs = batch.bytes >= commitBytes ? soonestMs - sinceMs : latestMs;
    const dueAt = this.#deps.clock.monotonic() + waitMs;
    // A later deadline is already kept by an earlier timer.
    if (this.#timer && this.#timer.dueAt <= dueAt) return;
    this.#timer?.stop.abort();
    const stop = new AbortController();
    this.#timer = { stop, dueAt };
    void this.#deps.clock.sleep(waitMs, stop.signal).then(
      () => this.#begin(batch),
      () => {},
    );
  }

  #begin(batch: Batch): void {
    if (this.#batch !== batch) return;
    this.#batch = null;
    this.#timer?.stop.abort();
    this.#timer = null;
    this.#flushedAt = this.#deps.clock.monotonic();
    this.#flushing = this.#flushing.then(() => this.#write(batch)).then(batch.settle.resolve, batch.settle.reject);
  }

  async #write({ pieces, blocks }: Batch): Promise<void> {
    try {
      await Promise.all([...blocks].map(async ({ handle }) => (await handle).datasync()));
    } catch (error) {
      // Nobody knows what of this batch is on the disk: it stays absent and its hashes decide later.
      throw diskError(error);
    } finally {
      for (const block of blocks) await this.#leave(block);
    }
    await this.#deps.commit(pieces);
  }

  async #leave(open: OpenBlock): Promise<void> {
    open.users -= 1;
    if (open.users > 0) return;
    if (this.#open.get(open.key) === open) this.#open.delete(open.key);
    await (await open.handle).close();
  }
}

export class WritableBlock {
  readonly open: OpenBlock;
  readonly giveBack: () => Promise<void>;
  readonly #handle: FileHandle;

  constructor(handle: FileHandle, open: OpenBlock, giveBack: () => Promise<void>) {
    this.#handle = handle;
    this.open = open;
    this.giveBack = giveBack;
  }

  /** Writes chunks one after the other from an offset in the block. */
  async write(chunks: readonly Uint8Array[], offset: number): Promise<void> {
    try {
      // A disk that fills takes a part of a write and says nothing until the next one.
      for (let [rest, at] = [chunks, offset]; rest.length > 0; ) {
        const { bytesWritten } = await this.#handle.writev(rest, at);
        if (bytesWritten === 0) throw new TeachifyError('disk_failed', 'The disk took nothing of a write');
        at += bytesWritten;
        rest = after(rest, bytesWritten);
      }
    } catch (error) {
      throw diskError(error);
    }
  }
}

/** What of the chunks is left after so many bytes. */
function after(chunks: readonly Uint8Array[], bytes: number): readonly Uint8Array[] {
  const [first, ...others] = chunks;
  if (!first) return [];
  return bytes < first.length ? [first.subarray(bytes), ...others] : after(others, bytes - first.length);
}

/** Its bytes are synced with the batch; until then it stays open. */
function include({ blocks }: Batch, { open }: WritableBlock): void {
  if (blocks.has(open)) return;
  blocks.add(open);
  open.users += 1;
}

function newBatch(): Batch {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // Whoever added is told; a batch nobody waits for any more must not end the program.
  promise.catch(() => {});
  return { pieces: new Map(), blocks: new Set(), bytes: 0, done: promise, settle: { resolve, reject } };
}
