const leastTransfers = 2;
const firstTransfers = 4;
const mostTransfers = 12;
/** Several transfers meet one congestion together; it counts once. */
const oneCongestionMs = 1_000;

/**
 * How many transfers a host gets at once: additive increase, multiplicative decrease (Chiu and Jain, 1989). Starts at 4,
 * one more for each full round of transfers that went well, half when the host says stop (429, 503) or falls silent.
 */
export class Concurrency {
  #limit = firstTransfers;
  #congestedAt = -Infinity;

  get limit(): number {
    return Math.floor(this.#limit);
  }

  succeeded(): void {
    this.#limit = Math.min(mostTransfers, this.#limit + 1 / this.#limit);
  }

  /** `now` in monotonic ms. */
  congested(now: number): void {
    if (now - this.#congestedAt < oneCongestionMs) return;
    this.#congestedAt = now;
    this.#limit = Math.max(leastTransfers, this.#limit / 2);
  }
}
