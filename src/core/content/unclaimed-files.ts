import type { Clock } from '../base/clock.ts';
import type { BlockFiles } from './block-files.ts';
import type { FileRepository } from './file-repository.ts';
import type { FileId } from './ports.ts';

interface Dependencies {
  readonly rows: FileRepository;
  readonly blocks: BlockFiles;
  readonly quotaBytes: () => number;
  /** Told of each file whose bytes were given back. */
  readonly removed: (fileId: FileId) => void;
  readonly clock: Pick<Clock, 'now'>;
}

/** What nobody claims: cache, given back least recently used first. */
export class UnclaimedFiles {
  readonly #deps: Dependencies;
  /** What is being played: how many hold each file. */
  readonly #held = new Map<FileId, number>();
  /** Of these, what was to be given back meanwhile. */
  readonly #due = new Set<FileId>();

  constructor(dependencies: Dependencies) {
    this.#deps = dependencies;
  }

  /** See PieceStore.hold. */
  hold(fileIds: readonly FileId[]): () => Promise<void> {
    for (const fileId of fileIds) this.#held.set(fileId, (this.#held.get(fileId) ?? 0) + 1);
    let isReleased = false;
    return async () => {
      if (isReleased) return;
      isReleased = true;
      await this.#release(fileIds);
    };
  }

  async #release(fileIds: readonly FileId[]): Promise<void> {
    for (const fileId of fileIds) {
      const holders = (this.#held.get(fileId) ?? 0) - 1;
      if (holders > 0) this.#held.set(fileId, holders);
      else this.#held.delete(fileId);
    }
    // First of all: a disk with no room for when they were used has some afterwards.
    await this.discard(fileIds.filter((fileId) => this.#due.has(fileId)));
    await this.#deps.rows.used(fileIds, this.#deps.clock.now());
    await this.holdToQuota();
  }

  /** Unlinks the blocks of these files, but of those that somebody claims; of those that are held when they are let go. */
  async discard(fileIds: readonly FileId[]): Promise<void> {
    const { rows, blocks, removed } = this.#deps;
    for (const fileId of fileIds) {
      if (await rows.isClaimed(fileId)) {
        this.#due.delete(fileId);
        continue;
      }
      if (this.#held.has(fileId)) {
        this.#due.add(fileId);
        continue;
      }
      await rows.forget(fileId);
      await blocks.remove(fileId);
      this.#due.delete(fileId);
      removed(fileId);
    }
  }

  /** Holds the cache to its quota. */
  async holdToQuota(): Promise<void> {
    const unclaimed = await this.#deps.rows.unclaimed();
    await this.#give(unclaimed, sumOf(unclaimed) - this.#deps.quotaBytes());
  }

  /** Gives so many bytes back, or all there are; resolves to how many it were. */
  async makeRoom(bytes: number): Promise<number> {
    return this.#give(await this.#deps.rows.unclaimed(), bytes);
  }

  /** Takes note of files on disk that the books do not know; resolves to how many there were. */
  async findUnknown(): Promise<number> {
    const { rows, blocks, clock } = this.#deps;
    const known = await rows.ids();
    const unknown = (await blocks.list()).filter((fileId) => !known.has(fileId));
    const usedAt = clock.now();
    const found = await Promise.all(unknown.map(async (id) => ({ id, bytes: 0, pieces: 0, bits: new Uint8Array(), partials: new Map(), verifiedBytes: await blocks.bytes(id), usedAt })));
    if (found.length > 0) await rows.save(found);
    await this.holdToQuota();
    return found.length;
  }

  async #give(unclaimed: readonly Unclaimed[], bytes: number): Promise<number> {
    let given = 0;
    for (const { id, verifiedBytes } of unclaimed) {
      if (given >= bytes) break;
      if (this.#held.has(id)) continue;
      await this.discard([id]);
      given += verifiedBytes;
    }
    return given;
  }
}

type Unclaimed = Awaited<ReturnType<FileRepository['unclaimed']>>[number];

function sumOf(unclaimed: readonly Unclaimed[]): number {
  return unclaimed.reduce((sum, { verifiedBytes }) => sum + verifiedBytes, 0);
}
