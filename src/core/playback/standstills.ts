import type { ErrorCode } from '../../shared/errors.ts';
import type { Clock } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';

/** Between tries that nobody asked for; the last one holds. */
const pausesMs = [2_000, 4_000, 8_000, 15_000, 30_000];

const leaseCodes: readonly ErrorCode[] = ['lease_missing', 'lease_expired'];

interface Dependencies {
  readonly clock: Pick<Clock, 'sleep'>;
  /** Without a line nothing is tried by the clock: its return is told, and costs no tries. */
  readonly isOffline: () => boolean;
}

interface Standstill {
  code: ErrorCode;
  /** Nobody was told yet that it is worth another try. */
  waits: boolean;
  /** How often in a row it came to nothing. */
  tries: number;
  readonly ended: AbortController;
}

/** Open lessons of which a part could not be had, and when it is worth asking for it again: by and by, or when something happened. */
export class Standstills {
  readonly #deps: Dependencies;
  readonly #standing = new Map<string, Standstill>();
  readonly #available = new Emitter<{ mediaId: string }>();
  readonly #blocked = new Emitter<{ mediaId: string; code: ErrorCode }>();
  readonly available = this.#available.event;
  readonly blocked = this.#blocked.event;

  constructor(dependencies: Dependencies) {
    this.#deps = dependencies;
  }

  /** A part could not be had. Several may say so at once; it is tried again once. */
  block(mediaId: string, code: ErrorCode): void {
    const known = this.#standing.get(mediaId);
    const standstill = known ?? { code, waits: false, tries: 0, ended: new AbortController() };
    this.#standing.set(mediaId, standstill);
    standstill.code = code;
    this.#blocked.emit({ mediaId, code });
    if (standstill.waits) return;
    standstill.waits = true;
    void this.#tryLater(mediaId, standstill);
  }

  /** Worth another try now, unless nothing stands still. */
  release(mediaId: string): void {
    const standstill = this.#standing.get(mediaId);
    if (!standstill?.waits) return;
    standstill.waits = false;
    standstill.tries += 1;
    this.#available.emit({ mediaId });
  }

  releaseAll(): void {
    for (const mediaId of this.#standing.keys()) this.release(mediaId);
  }

  /** The lesson's key was wanting. */
  wantsLease(mediaId: string): boolean {
    const standstill = this.#standing.get(mediaId);
    return standstill !== undefined && leaseCodes.includes(standstill.code);
  }

  /** Something came: the next standstill is a new one. */
  moved(mediaId: string): void {
    if (this.#standing.get(mediaId)?.waits === false) this.forget(mediaId);
  }

  /** It is not open any more. */
  forget(mediaId: string): void {
    this.#standing.get(mediaId)?.ended.abort();
    this.#standing.delete(mediaId);
  }

  async #tryLater(mediaId: string, standstill: Standstill): Promise<void> {
    const { clock, isOffline } = this.#deps;
    const tries = standstill.tries;
    const isOver = () => standstill.ended.signal.aborted || !standstill.waits || standstill.tries !== tries;
    do {
      await clock.sleep(pausesMs[Math.min(tries, pausesMs.length - 1)] ?? 0, standstill.ended.signal).catch(() => undefined);
    } while (!isOver() && isOffline());
    if (!isOver()) this.release(mediaId);
  }
}
