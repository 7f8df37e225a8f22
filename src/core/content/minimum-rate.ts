import { TeachifyError } from '../../shared/errors.ts';
import type { Clock } from '../base/clock.ts';

/** Of waiting for the line; time that we hold a transfer back does not count. */
const defaultWindowMs = 30_000;
const leastBytesPerSecond = 100;

/** Tells a line that drips from one that is slow: less than 100 bytes a second over 30 s is as good as none. */
export class MinimumRate {
  readonly #clock: Clock;
  #waitedMs = 0;
  #bytes = 0;
  #since: number;
  readonly #windowMs: number;

  constructor(clock: Clock, windowMs = defaultWindowMs) {
    this.#clock = clock;
    this.#windowMs = windowMs;
    this.#since = clock.monotonic();
  }

  /** Bytes have come. Throws timeout. */
  received(bytes: number): void {
    this.#waitedMs += this.#clock.monotonic() - this.#since;
    this.#bytes += bytes;
    if (this.#waitedMs < this.#windowMs) return;
    if (this.#bytes < (leastBytesPerSecond * this.#windowMs) / 1000) throw new TeachifyError('timeout', 'The line only drips');
    this.#waitedMs = 0;
    this.#bytes = 0;
  }

  /** From now on we wait for the line again. */
  waiting(): void {
    this.#since = this.#clock.monotonic();
  }
}
