/** Speed is what the last so many ms brought. */
const windowMs = 5_000;

/** How fast one download comes, from how much of it was there when. */
export class EntrySpeed {
  #samples: { readonly at: number; readonly bytes: number }[] = [];

  /** `at` in monotonic ms. */
  record(at: number, bytes: number): void {
    const last = this.#samples.at(-1);
    if (last && bytes < last.bytes) this.#samples = [];
    this.#samples = [...this.#samples.filter((sample) => at - sample.at < windowMs), { at, bytes }];
  }

  /** Bytes per second; 0 before there is something to compare. */
  bytesPerSecond(): number {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (!first || !last || last.at - first.at < 200) return 0;
    return ((last.bytes - first.bytes) * 1000) / (last.at - first.at);
  }

  reset(): void {
    this.#samples = [];
  }
}
