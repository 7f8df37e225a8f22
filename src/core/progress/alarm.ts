import type { Clock } from '../base/clock.ts';

/** One thing to do at the earliest of the moments asked for. */
export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #due: number | null = null;
  #sleep: AbortController | null = null;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** Rings in so many ms, unless it rings earlier anyway. */
  within(ms: number): void {
    const due = this.#clock.monotonic() + ms;
    if (this.#due !== null && this.#due <= due) return;
    this.clear();
    const sleep = new AbortController();
    this.#due = due;
    this.#sleep = sleep;
    this.#clock.sleep(ms, sleep.signal).then(
      () => {
        this.clear();
        this.#ring();
      },
      () => {}, // cleared
    );
  }

  clear(): void {
    this.#sleep?.abort();
    this.#sleep = null;
    this.#due = null;
  }
}
