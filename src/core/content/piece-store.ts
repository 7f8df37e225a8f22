import { TeachifyError } from '../../shared/errors.ts';
import type { Clock } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import type { Logger } from '../base/logger.ts';
import type { Random } from '../base/random.ts';
import type { Connection } from '../database/connection.ts';
import type { Connectivity } from '../net/ports.ts';
import { BlockFiles } from './block-files.ts';
import { Committer } from './committer.ts';
import { FileRepository } from './file-repository.ts';
import { moveBlocks } from './folder-move.ts';
import { hostOf, schoolHost } from './hosts.ts';
import type { BandwidthMeter, FetchOptions, FileDescription, FileId, FolderMove, KeptBytes, LineBudget, PieceRef, PieceRun, PiecesChanged, PieceSource, PieceStore } from './ports.ts';
import { nextRun, runLimit } from './run-planner.ts';
import { RunsUnderway } from './runs-underway.ts';
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
  readonly #unclaimed: UnclaimedFiles;
  readonly #files = new Map<FileId, StoredFile>();
  readonly #registering = new Map<FileId, Promise<void>>();
  readonly #underway = new RunsUnderway();
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

  async fetch(wanted: readonly PieceRef[], options: FetchOptions): Promise<void> {
    if (options.priority === 'foreground') this.#underway.takeOver(wanted);
    const running = new Set<Promise<void>>();
    let failure: unknown;
    while (failure === undefined && !this.#isStopped(options)) {
      const next = wanted.find((ref) => this.#isAbsent(ref));
      const giveBack = next && (await this.#transfers.takeSlot(options, hostOf(this.#file(next.fileId).description, next.piece)).catch(() => undefined));
      const run = giveBack && failure === undefined ? this.#plan(wanted) : undefined;
      if (!giveBack || !run) {
        giveBack?.();
        break;
      }
      const work = this.#obtain(run, options, giveBack)
        .catch((error: unknown) => void (failure ??= error))
        .finally(() => running.delete(work));
      running.add(work);
    }
    await Promise.all(running);
    if (this.#isStopped(options)) throw new TeachifyError('cancelled', 'The transfer was stopped');
    if (failure !== undefined) throw failure;
    await this.#awaitOthers(wanted, options);
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
    await this.#underway.allSettled();
  }

  #isStopped({ signal }: FetchOptions): boolean {
    return (signal?.aborted ?? false) || this.#closing.signal.aborted;
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

  #plan(wanted: readonly PieceRef[]): PieceRun | undefined {
    return nextRun(wanted, {
      describe: (fileId) => this.#file(fileId).description,
      comesWhole: (fileId) => this.#file(fileId).comesWhole,
      isAbsent: (ref) => this.#isAbsent(ref),
      partial: ({ fileId, piece }) => this.#file(fileId).partials.get(piece) ?? 0,
      limitBytes: runLimit(this.#deps.bandwidth.bitsPerSecond()),
    });
  }

  /** Neither here nor on its way. */
  #isAbsent(ref: PieceRef): boolean {
    return !this.#file(ref.fileId).bits.has(ref.piece) && !this.#underway.has(ref);
  }

  /** Takes the run's pieces for this transfer and brings them; the planner leaves them alone meanwhile. */
  async #obtain(run: PieceRun, options: FetchOptions, slot: () => void): Promise<void> {
    const underway = this.#underway.begin(run, options.priority);
    const stillWanted = (piece: number) => {
      underway.piece = piece;
      return piece < underway.end && (!options.signal?.aborted || this.#underway.isShared(underway));
    };
    const transfer = this.#transfers.bring(run, this.#file(run.file.id), { options, slot, stillWanted });
    // The failure is this caller's to report; those who only wait look at the bits afterwards.
    underway.settled = transfer.catch(() => {});
    await transfer.finally(() => this.#underway.end(underway));
  }

  /** Waits for pieces that another caller's transfer brings; brings them itself when that one failed. */
  async #awaitOthers(wanted: readonly PieceRef[], options: FetchOptions): Promise<void> {
    for (const ref of wanted) {
      if (this.#isStopped(options)) break;
      await this.#underway.join(ref)?.settled;
    }
    const left = wanted.filter(({ fileId, piece }) => !this.#file(fileId).bits.has(piece));
    if (left.length > 0) await this.fetch(left, options);
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
