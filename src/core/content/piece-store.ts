import { TeachifyError } from '../../shared/errors.ts';
import type { Clock } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import type { Logger } from '../base/logger.ts';
import type { Random } from '../base/random.ts';
import type { Connection } from '../database/connection.ts';
import type { Connectivity } from '../net/ports.ts';
import { BlockFiles } from './block-files.ts';
import { Committer } from './committer.ts';
import { Fetching } from './fetching.ts';
import { FileRepository } from './file-repository.ts';
import { moveBlocks } from './folder-move.ts';
import { schoolHost } from './hosts.ts';
import type { BandwidthMeter, FetchOptions, FileDescription, FileId, FolderMove, KeptBytes, LineBudget, PieceRef, PiecesChanged, PieceSource, PieceStore } from './ports.ts';
import { StoredFile } from './stored-file.ts';
import { Transfers } from './transfers.ts';
import { UnclaimedFiles } from './unclaimed-files.ts';

/** The cache is held to its quota each time so many bytes have come. */
const evictEveryBytes = 32 * 1024 * 1024;

interface Dependencies {
  /** Folder of the blocks. */
  readonly folder: string;
  readonly database: Connection;
  readonly source: PieceSource;
  readonly connectivity: Pick<Connectivity, 'state' | 'changed' | 'reportSuccess' | 'reportFailure'>;
  readonly bandwidth: BandwidthMeter;
  readonly budget: LineBudget;
  readonly cacheQuotaBytes: () => number;
  readonly clock: Clock;
  /** A line that only drips for so long is given up; 30 s when left out. */
  readonly silenceMs?: number | undefined;
  readonly random: Random;
  readonly logger: Logger;
}

/** See DESIGN.md, "One idea carries it: pieces". */
export function createPieceStore(dependencies: Dependencies): PieceStore {
  return new DiskPieceStore(dependencies);
}

class DiskPieceStore implements PieceStore {
  readonly #deps: Dependencies;
  readonly #rows: FileRepository;
  readonly #blocks: BlockFiles;
  readonly #committer: Committer;
  readonly #transfers: Transfers;
  readonly #fetching: Fetching;
  readonly #unclaimed: UnclaimedFiles;
  readonly #files = new Map<FileId, StoredFile>();
  readonly #registering = new Map<FileId, Promise<void>>();
  readonly #changed = new Emitter<PiecesChanged>();
  readonly #closing = new AbortController();
  #sinceEviction = 0;
  readonly changed = this.#changed.event;

  constructor(dependencies: Dependencies) {
    this.#deps = dependencies;
    this.#rows = new FileRepository(dependencies.database);
    this.#blocks = new BlockFiles(dependencies.folder);
    this.#committer = new Committer({ files: this.#blocks, clock: dependencies.clock, commit: (batch) => this.#commit(batch) });
    this.#transfers = new Transfers({
      ...dependencies,
      blocks: this.#blocks,
      closing: this.#closing.signal,
      committer: this.#committer,
    });
    this.#fetching = new Fetching({
      ...{ file: (fileId) => this.#file(fileId), transfers: this.#transfers, bandwidth: dependencies.bandwidth },
      closing: this.#closing.signal,
    });
    this.#unclaimed = new UnclaimedFiles({
      ...{ rows: this.#rows, blocks: this.#blocks, clock: dependencies.clock },
      quotaBytes: dependencies.cacheQuotaBytes,
      removed: (fileId) => this.#forget(fileId),
    });
  }

  async register(file: FileDescription): Promise<void> {
    const known = this.#files.get(file.id);
    // The same pieces may have moved to another address.
    if (known) return void (known.description = file);
    const running = this.#registering.get(file.id) ?? this.#takeIn(file).finally(() => this.#registering.delete(file.id));
    this.#registering.set(file.id, running);
    await running;
  }

  verified(fileId: FileId) {
    return this.#file(fileId).bits;
  }

  async read(fileId: FileId, piece: number, options: FetchOptions): Promise<Uint8Array> {
    const file = this.#file(fileId);
    // Twice: a piece that rotted on disk is fetched again once.
    for (let round = 0; round < 2; round++) {
      if (!file.bits.has(piece)) await this.fetch([{ fileId, piece }], { ...options, urgent: true });
      const bytes = await file.read(piece, this.#blocks);
      if (bytes) return bytes;
      await this.#lose(file, piece);
    }
    throw new TeachifyError('piece_corrupt', `Piece ${piece} of ${fileId} does not stay on this disk`);
  }

  fetch(wanted: readonly PieceRef[], options: FetchOptions): Promise<void> {
    return this.#fetching.fetch(wanted, options);
  }

  async claim(...[claim, fileIds]: Parameters<PieceStore['claim']>): Promise<void> {
    await this.#rows.claim(claim, fileIds);
  }

  async claimOnly(...[claim, fileIds]: Parameters<PieceStore['claimOnly']>): Promise<readonly FileId[]> {
    const dropped = await this.#rows.claimOnly(claim, fileIds);
    await this.#unclaimed.holdToQuota();
    return dropped;
  }

  claims(...[of]: Parameters<PieceStore['claims']>) {
    return this.#rows.claims(of);
  }

  storedBytes(fileIds: readonly FileId[]): Promise<number> {
    return this.#rows.storedBytes(fileIds);
  }

  keptBytes(account: string): Promise<readonly KeptBytes[]> {
    return this.#rows.keptBytes(account);
  }

  discard(fileIds: readonly FileId[]): Promise<void> {
    return this.#unclaimed.discard(fileIds);
  }

  hold(fileIds: readonly FileId[]): () => Promise<void> {
    return this.#unclaimed.hold(fileIds);
  }

  makeRoom(bytes: number): Promise<number> {
    return this.#unclaimed.makeRoom(bytes);
  }

  get folder(): string {
    return this.#blocks.folder;
  }

  moveTo(folder: string, move: FolderMove): Promise<void> {
    return moveBlocks(folder, move, { blocks: this.#blocks, transfers: this.#transfers, logger: this.#deps.logger });
  }

  findUnknown(): Promise<number> {
    return this.#unclaimed.findUnknown();
  }

  async takeOver(...[fileId, pieces]: Parameters<PieceStore['takeOver']>): Promise<void> {
    const file = this.#file(fileId);
    const durable: Promise<void>[] = [];
    for (const { piece, from } of pieces) {
      const source = this.#file(from.fileId);
      if (file.bits.has(piece) || !source.bits.has(from.piece)) continue;
      // Nothing is written while the folder moves.
      const giveBack = await this.#transfers.takeSlot({ priority: 'background' }, schoolHost);
      try {
        const bytes = await source.read(from.piece, this.#blocks);
        const block = bytes && (await this.#committer.use(file, file.blockOf(piece)));
        if (!bytes || !block) continue;
        try {
          await block.write([bytes], (file.description.pieces[piece]?.offset ?? 0) - file.blockOf(piece).offset);
          durable.push(this.#committer.add(file, piece, block, false));
        } finally {
          await block.giveBack();
        }
      } finally {
        giveBack();
      }
    }
    await this.#committer.flush();
    await Promise.all(durable);
  }

  async distrust(fileId: FileId): Promise<void> {
    const file = this.#file(fileId);
    const lost = presentIn(file);
    file.clear();
    await this.#save([file]);
    this.#changed.emit({ fileId, pieces: lost, present: false });
  }

  async verify(fileIds: readonly FileId[], signal?: AbortSignal): Promise<number> {
    let bad = 0;
    for (const file of fileIds.map((fileId) => this.#file(fileId))) {
      file.checked.clear();
      for (const piece of file.description.pieces.keys()) {
        signal?.throwIfAborted();
        if (!file.bits.has(piece) || (await file.read(piece, this.#blocks))) continue;
        bad += await this.#lose(file, piece);
      }
    }
    return bad;
  }

  async usage() {
    const unclaimed = await this.#rows.unclaimed();
    return {
      claimedBytes: await this.#rows.claimedBytes(),
      cacheBytes: unclaimed.reduce((sum, { verifiedBytes }) => sum + verifiedBytes, 0),
      byLesson: await this.#rows.bytesByLesson(),
    };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#fetching.allSettled();
  }

  #file(fileId: FileId): StoredFile {
    const file = this.#files.get(fileId);
    if (!file) throw new Error(`File ${fileId} was never registered`);
    return file;
  }

  async #takeIn(description: FileDescription): Promise<void> {
    const file = new StoredFile(description, await this.#rows.find(description.id));
    const isHalf = !file.isResumable && file.bits.count < description.pieces.length;
    if (isHalf) file.clear();
    if (isHalf || (await file.adopt(this.#blocks))) await this.#save([file]);
    this.#files.set(description.id, file);
  }

  async #commit(batch: ReadonlyMap<StoredFile, readonly number[]>): Promise<void> {
    for (const [file, pieces] of batch) {
      for (const piece of pieces) {
        file.bits.set(piece, true);
        file.checked.add(piece);
        this.#sinceEviction += file.description.pieces[piece]?.length ?? 0;
      }
    }
    await this.#save([...batch.keys()]);
    for (const [file, pieces] of batch) if (pieces.length > 0) this.#changed.emit({ fileId: file.description.id, pieces, present: true });
    if (this.#sinceEviction <= evictEveryBytes) return;
    this.#sinceEviction = 0;
    await this.#unclaimed.holdToQuota();
  }

  /** A piece is not what it was. Where it is its block that was cut short or removed, all that lay there is gone with it. Gives how many they are. */
  async #lose(file: StoredFile, piece: number): Promise<number> {
    const block = file.blockOf(piece);
    const length = await this.#blocks.length(file.description.id, block.index);
    const end = (index: number) => (file.description.pieces[index]?.offset ?? 0) + (file.description.pieces[index]?.length ?? 0) - block.offset;
    const lost = presentIn(file).filter((index) => index === piece || (file.blockOf(index) === block && end(index) > length));
    this.#deps.logger.warn('pieces on disk are not what they were', { file: file.description.id, piece, pieces: lost.length });
    for (const index of lost) {
      file.bits.set(index, false);
      file.checked.delete(index);
    }
    file.partials.delete(piece);
    await this.#save([file]);
    this.#changed.emit({ fileId: file.description.id, pieces: lost, present: false });
    return lost.length;
  }

  #forget(fileId: FileId): void {
    this.#committer.forget(fileId);
    const file = this.#files.get(fileId);
    if (!file) return;
    const lost = presentIn(file);
    file.clear();
    this.#changed.emit({ fileId, pieces: lost, present: false });
  }

  async #save(files: readonly StoredFile[]): Promise<void> {
    const usedAt = this.#deps.clock.now();
    const rows = files.map(({ description: { id, bytes, pieces }, bits, partials }) => ({
      ...{ id, bytes, pieces: pieces.length, usedAt, partials },
      ...{ bits: bits.toBytes(), verifiedBytes: bits.bytes },
    }));
    await this.#rows.save(rows);
  }
}

function presentIn({ description, bits }: StoredFile): number[] {
  return description.pieces.flatMap((_, piece) => (bits.has(piece) ? [piece] : []));
}
