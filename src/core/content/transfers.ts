import { isTeachifyError, TeachifyError, type ErrorCode } from '../../shared/errors.ts';
import type { Clock } from '../base/clock.ts';
import type { Event } from '../base/emitter.ts';
import type { Random } from '../base/random.ts';
import type { Connectivity } from '../net/ports.ts';
import { longestPauseMs, retry } from '../net/retry.ts';
import type { BlockFiles } from './block-files.ts';
import type { Committer } from './committer.ts';
import { hostOf, Hosts } from './hosts.ts';
import type { BandwidthMeter, FetchOptions, LineBudget, PieceRun, PieceSource } from './ports.ts';
import { MinimumRate } from './minimum-rate.ts';
import { receiveRun, type Arrived } from './run-transfer.ts';
import { Slots } from './slots.ts';
import type { StoredFile } from './stored-file.ts';
import { WireClock } from './wire-clock.ts';

/** Answers by which a host says that it is too much. */
const congestions: readonly ErrorCode[] = ['rate_limited', 'server_error', 'timeout'];
const triesWithoutProgress = { foreground: 3, background: 5 };

interface Dependencies {
  readonly source: PieceSource;
  readonly blocks: BlockFiles;
  readonly connectivity: Pick<Connectivity, 'state' | 'changed' | 'reportSuccess' | 'reportFailure'>;
  readonly bandwidth: BandwidthMeter;
  readonly budget: LineBudget;
  readonly clock: Clock;
  readonly silenceMs?: number | undefined;
  readonly random: Random;
  /** Ends everything. */
  readonly closing: AbortSignal;
  readonly committer: Committer;
}

interface Bringing {
  readonly options: FetchOptions;
  /** Taken before the run was planned; given back here. */
  readonly slot: () => void;
  /** Asked whenever a piece has come whole, with the next one: false lets the transfer stop there. */
  readonly stillWanted: (nextPiece: number) => boolean;
}

/** Runs over the line: how many at once, how often again, and who waits for whom. */
export class Transfers {
  readonly #deps: Dependencies;
  readonly #hosts: Hosts;
  readonly #slots: Slots;
  readonly #wire: WireClock;
  readonly #lineReturned: Event<unknown>;
  #underway = 0;

  constructor(dependencies: Dependencies) {
    this.#deps = dependencies;
    this.#wire = new WireClock(dependencies.bandwidth, dependencies.clock);
    this.#hosts = new Hosts(dependencies.clock);
    this.#lineReturned = (listener) => dependencies.connectivity.changed((state) => void (state.status === 'online' && listener(state)));
    this.#slots = new Slots({
      ofHost: (host) => this.#hosts.get(host).concurrency.limit,
      background: (limit) => dependencies.budget.backgroundTransfers(limit),
    });
  }

  /** Waits for leave to transfer from a host; rejects when the caller or the program stops. */
  takeSlot(options: FetchOptions, host: string): Promise<() => void> {
    return this.#slots.take(options.priority, host, this.#stopOf(options));
  }

  /** Lets what is under way come to its end and begins nothing; what came is durable when this resolves. */
  async hold(): Promise<void> {
    await this.#slots.hold();
    await this.#deps.committer.flush();
  }

  letGo(): void {
    this.#slots.letGo();
  }

  /** Brings a run in as many tries as it takes. The slot is given back between tries, so that nobody waits for a pause. */
  async bring(run: PieceRun, file: StoredFile, { options, slot: firstSlot, stillWanted }: Bringing): Promise<void> {
    const { clock, random, closing, committer } = this.#deps;
    let slot: (() => void) | undefined = firstSlot;
    this.#underway += 1;
    let arrived: Arrived | undefined;
    const once = async () => {
      slot ??= await this.takeSlot(options, hostOf(run.file, run.first));
      try {
        const rest = restOf(run, file);
        if (rest && stillWanted(rest.first)) arrived = await this.#tryOnce(rest, file, options, stillWanted);
      } finally {
        slot();
        slot = undefined;
      }
    };
    try {
      await retry(once, () => progressOf(run, file), { clock, random, tries: triesWithoutProgress[options.priority], signal: options.signal ?? closing, rouse: this.#lineReturned });
    } finally {
      this.#underway -= 1;
      // Nothing more comes that could share a sync with it.
      if (this.#underway === 0) void committer.flush();
    }
    // The line goes on with the next run while the disk syncs this one.
    await arrived?.durable;
  }

  async #tryOnce(rest: PieceRun, file: StoredFile, options: FetchOptions, stillWanted: Bringing['stillWanted']): Promise<Arrived> {
    const { clock, connectivity } = this.#deps;
    const { status, reason } = connectivity.state();
    if (status === 'offline') throw new TeachifyError(reason ?? 'offline', 'The course server cannot be reached now', { retryable: false });
    const { concurrency, pause } = this.#hosts.get(hostOf(rest.file, rest.first));
    await pause.over(longestPauseMs, this.#stopOf(options));
    try {
      const arrived = await this.#transfer(rest, file, options, stillWanted);
      // An answer from elsewhere says nothing of the school's server.
      if (rest.file.origin.kind !== 'elsewhere') connectivity.reportSuccess();
      concurrency.succeeded(this.#deps.bandwidth.bitsPerSecond());
      this.#slots.wake();
      return arrived;
    } catch (error) {
      connectivity.reportFailure(error);
      pause.heed(error);
      if (congestions.some((code) => isTeachifyError(error, code))) concurrency.congested(clock.monotonic());
      if (isTeachifyError(error, 'piece_corrupt')) file.partials.delete(rest.first);
      if (!file.isResumable) file.clear();
      for (const piece of file.partials.keys()) if (!file.isPieceResumable(piece)) file.partials.delete(piece);
      throw error;
    }
  }

  async #transfer(run: PieceRun, file: StoredFile, { priority, urgent }: FetchOptions, stillWanted: Bringing['stillWanted']): Promise<Arrived> {
    const { source, blocks, budget, clock, closing, committer, silenceMs } = this.#deps;
    const rate = new MinimumRate(clock, silenceMs);
    const received = (bytes: number) => {
      this.#wire.received(bytes);
      return budget.spend(bytes, priority, closing);
    };
    const body = source.open(run, closing, {
      wholeOnly: () => void (file.comesWhole = true),
      passed: async (bytes) => {
        rate.received(bytes);
        await received(bytes);
        rate.waiting();
      },
    });
    this.#wire.begin();
    try {
      return await receiveRun(run, body, {
        ...{ file, files: blocks, committer, clock, rate, stillWanted, received },
        urgent: urgent ?? priority === 'foreground',
        giveBack: (chunk) => source.giveBack?.(chunk),
      });
    } finally {
      this.#wire.end();
    }
  }

  #stopOf({ signal }: FetchOptions): AbortSignal {
    return signal ? AbortSignal.any([signal, this.#deps.closing]) : this.#deps.closing;
  }
}

/** What of a run is still absent from its first absent piece on. */
function restOf(run: PieceRun, file: StoredFile): PieceRun | undefined {
  const end = run.first + run.count;
  for (let piece = run.first; piece < end; piece++) {
    if (!file.bits.has(piece)) return { ...run, first: piece, count: end - piece, skipBytes: file.partials.get(piece) ?? 0 };
  }
  return undefined;
}

/** Grows with every piece that stays and every byte that is kept, but not with bytes that turned out wrong. */
function progressOf(run: PieceRun, file: StoredFile): number {
  const rest = restOf(run, file);
  const piecesDone = rest ? rest.first - run.first : run.count;
  return piecesDone * 2 ** 32 + (rest?.skipBytes ?? 0);
}
