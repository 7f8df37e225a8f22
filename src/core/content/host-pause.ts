import type { Clock } from '../base/clock.ts';
import { isTeachifyError, TeachifyError } from '../../shared/errors.ts';

/** A server that says 429 without a time means at least this. */
const leastPauseSeconds = 1;

/** When a server asks for a pause (429, or 503 with Retry-After; RFC 9110 10.2.3), all transfers to it keep it. */
export class HostPause {
  readonly #clock: Clock;
  #until = -Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes note of a refusal that names a time. */
  heed(error: unknown): void {
    if (!isTeachifyError(error)) return;
    const seconds = error.retryAfter ?? (error.code === 'rate_limited' ? leastPauseSeconds : 0);
    if (seconds > 0) this.#until = Math.max(this.#until, this.#clock.monotonic() + seconds * 1000);
  }

  /**
   * Resolves when the pause is over; rejects with the signal's reason. A pause longer than `patienceMs` is not waited for: it
   * throws rate_limited, so that whoever waits can be told.
   */
  async over(patienceMs: number, signal: AbortSignal): Promise<void> {
    for (let left = this.#left(); left > 0; left = this.#left()) {
      if (left > patienceMs) throw new TeachifyError('rate_limited', 'The server asked to be left alone for a while', { retryable: false, retryAfter: left / 1000 });
      await this.#clock.sleep(left, signal);
    }
  }

  #left(): number {
    return this.#until - this.#clock.monotonic();
  }
}
