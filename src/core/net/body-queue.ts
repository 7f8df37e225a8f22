/** Bytes that may lie here before the line is told to wait. */
const highWater = 256 * 1024;

interface Line {
  pause(): void;
  resume(): void;
  /** Nobody wants the rest: the connection is given up. */
  giveUp(): void;
}

/** A body between the line that brings it and who reads it: what is not read holds the line back. Read once. */
export class BodyQueue implements AsyncIterableIterator<Uint8Array> {
  readonly #line: Line;
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  #isOver = false;
  #error: unknown = null;
  #wake: (() => void) | null = null;

  constructor(line: Line) {
    this.#line = line;
  }

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes >= highWater) this.#line.pause();
    this.#wake?.();
  }

  end(): void {
    this.#isOver = true;
    this.#wake?.();
  }

  /** What came before is still handed out; then this is thrown. */
  fail(error: unknown): void {
    this.#error ??= error;
    this.end();
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    for (;;) {
      const chunk = this.#chunks.shift();
      if (chunk) {
        const wasFull = this.#bytes >= highWater;
        this.#bytes -= chunk.length;
        if (wasFull && this.#bytes < highWater) this.#line.resume();
        return { done: false, value: chunk };
      }
      if (this.#error !== null) throw this.#error;
      if (this.#isOver) return { done: true, value: undefined };
      await new Promise<void>((resolve) => (this.#wake = resolve));
      this.#wake = null;
    }
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    if (!this.#isOver) this.#line.giveUp();
    this.#isOver = true;
    this.#chunks = [];
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
