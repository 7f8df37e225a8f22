import { TeachifyError } from '../../shared/errors.ts';
import { hostOf } from './hosts.ts';
import type { BandwidthMeter, FetchOptions, FileId, PieceRef, PieceRun } from './ports.ts';
import { nextRun, runLimit } from './run-planner.ts';
import { RunsUnderway } from './runs-underway.ts';
import type { StoredFile } from './stored-file.ts';
import type { Transfers } from './transfers.ts';

interface Dependencies {
  /** Throws for one that was never registered. */
  readonly file: (fileId: FileId) => StoredFile;
  readonly transfers: Transfers;
  readonly bandwidth: Pick<BandwidthMeter, 'bitsPerSecond'>;
  /** Nothing is begun any more. */
  readonly closing: AbortSignal;
}

/** Brings absent pieces, run by run: whoever wants one that is on its way waits for the same transfer. */
export class Fetching {
  readonly #deps: Dependencies;
  readonly #underway = new RunsUnderway();

  constructor(dependencies: Dependencies) {
    this.#deps = dependencies;
  }

  /** See PieceStore.fetch. */
  async fetch(wanted: readonly PieceRef[], options: FetchOptions): Promise<void> {
    const { file, transfers } = this.#deps;
    if (options.priority === 'foreground') this.#underway.takeOver(wanted);
    const running = new Set<Promise<void>>();
    let failure: unknown;
    while (failure === undefined && !this.#isStopped(options)) {
      const next = wanted.find((ref) => this.#isAbsent(ref));
      const giveBack = next && (await transfers.takeSlot(options, hostOf(file(next.fileId).description, next.piece)).catch(() => undefined));
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

  /** Resolves when nothing is on its way. */
  allSettled(): Promise<void> {
    return this.#underway.allSettled();
  }

  #isStopped({ signal }: FetchOptions): boolean {
    return (signal?.aborted ?? false) || this.#deps.closing.aborted;
  }

  /** Neither here nor on its way. */
  #isAbsent(ref: PieceRef): boolean {
    return !this.#deps.file(ref.fileId).bits.has(ref.piece) && !this.#underway.has(ref);
  }

  #plan(wanted: readonly PieceRef[]): PieceRun | undefined {
    const { file, bandwidth } = this.#deps;
    return nextRun(wanted, {
      describe: (fileId) => file(fileId).description,
      comesWhole: (fileId) => file(fileId).comesWhole,
      isAbsent: (ref) => this.#isAbsent(ref),
      partial: ({ fileId, piece }) => file(fileId).partials.get(piece) ?? 0,
      limitBytes: runLimit(bandwidth.bitsPerSecond()),
    });
  }

  /** Takes the run's pieces for this transfer and brings them; the planner leaves them alone meanwhile. */
  async #obtain(run: PieceRun, options: FetchOptions, slot: () => void): Promise<void> {
    const underway = this.#underway.begin(run, options.priority);
    const stillWanted = (piece: number) => {
      underway.piece = piece;
      return piece < underway.end && (!options.signal?.aborted || this.#underway.isShared(underway));
    };
    const transfer = this.#deps.transfers.bring(run, this.#deps.file(run.file.id), { options, slot, stillWanted });
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
    const left = wanted.filter(({ fileId, piece }) => !this.#deps.file(fileId).bits.has(piece));
    if (left.length > 0) await this.fetch(left, options);
  }
}
