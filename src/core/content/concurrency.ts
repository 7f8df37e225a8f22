const leastTransfers = 2;
const firstTransfers = 4;
const mostTransfers = 12;
/** Several transfers meet one congestion together; it counts once. */
const oneCongestionMs = 1_000;
/** One more transfer has to bring so much more, or it only makes the others slower and the disk busier. */
const worthwhile = 1.05;
/** After so many rounds without gain one more is tried again; the line may have become another one. */
const roundsUntilProbe = 8;

/**
 * How many transfers a host gets at once: additive increase, multiplicative decrease (Chiu and Jain, 1989). Starts at 4;
 * after a full round of transfers that went well one more, as long as that brings more; half when the host says stop
 * (429, 503) or falls silent.
 */
export class Concurrency {
  #limit = firstTransfers;
  #wentWell = 0;
  #congestedAt = -Infinity;
  /** Bits per second when the limit was last raised; 0 before anything was measured. */
  #before = 0;
  #roundsWithoutGain = 0;

  get limit(): number {
    return this.#limit;
  }

  /** A transfer went well; `bitsPerSecond` is what all together bring now, null while nobody knows. */
  succeeded(bitsPerSecond: number | null): void {
    this.#wentWell += 1;
    if (this.#wentWell < this.#limit) return;
    this.#wentWell = 0;
    const now = bitsPerSecond ?? 0;
    this.#roundsWithoutGain += 1;
    if (now <= this.#before * worthwhile && this.#roundsWithoutGain < roundsUntilProbe) return;
    this.#before = now;
    this.#roundsWithoutGain = 0;
    this.#limit = Math.min(mostTransfers, this.#limit + 1);
  }

  /** `now` in monotonic ms. */
  congested(now: number): void {
    if (now - this.#congestedAt < oneCongestionMs) return;
    this.#congestedAt = now;
    this.#wentWell = 0;
    this.#before = 0;
    this.#limit = Math.max(leastTransfers, Math.floor(this.#limit / 2));
  }
}
