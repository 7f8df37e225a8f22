import type { Clock } from '../base/clock.ts';
import type { BandwidthMeter } from './ports.ts';

const sampleMs = 200;
/** What a few small answers bring is mostly waiting: not before so much came is anything said of the line. */
const leastBytes = 16 * 1024;

/** Measures what all transfers together bring over the wire while at least one is under way. */
export class WireClock {
  readonly #meter: BandwidthMeter;
  readonly #clock: Clock;
  #transfers = 0;
  #since = 0;
  #bytes = 0;
  /** Since the first of those that are under way began. */
  #bytesInAll = 0;

  constructor(meter: BandwidthMeter, clock: Clock) {
    this.#meter = meter;
    this.#clock = clock;
  }

  begin(): void {
    if (this.#transfers === 0) {
      this.#bytesInAll = 0;
      this.#restart();
    }
    this.#transfers += 1;
  }

  received(bytes: number): void {
    this.#bytes += bytes;
    this.#bytesInAll += bytes;
    if (this.#clock.monotonic() - this.#since >= sampleMs) this.#sample();
  }

  end(): void {
    this.#transfers -= 1;
    if (this.#bytes > 0) this.#sample();
  }

  #sample(): void {
    if (this.#bytesInAll < leastBytes) return;
    this.#meter.record(this.#bytes, this.#clock.monotonic() - this.#since);
    this.#restart();
  }

  #restart(): void {
    this.#since = this.#clock.monotonic();
    this.#bytes = 0;
  }
}
