/** Memory that is used again: fresh pages for every answer cost more than what is read into them. */
export class BufferPool {
  readonly #free: Buffer[] = [];
  readonly #bytes: number;
  #left: number;

  /** @param bytes of each @param most there may be at a time */
  constructor(bytes: number, most: number) {
    this.#bytes = bytes;
    this.#left = most;
  }

  /** Null when all are in use. */
  take(): Buffer | null {
    const free = this.#free.pop();
    if (free) return free;
    if (this.#left === 0) return null;
    this.#left -= 1;
    return Buffer.allocUnsafeSlow(this.#bytes);
  }

  give(buffer: Buffer): void {
    this.#free.push(buffer);
  }
}
