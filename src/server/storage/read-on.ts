import { isTeachifyError } from '../../shared/errors.ts';
import type { ByteRange } from '../byte-range.ts';

/** Times in a row that a body may bring nothing. */
const patience = 4;

interface Reading {
  /** From here to there; a body may end early. */
  readonly read: (range: ByteRange, signal: AbortSignal) => Promise<AsyncIterable<Uint8Array>>;
  readonly range: ByteRange;
  readonly pause: (attempt: number) => Promise<void>;
  readonly signal?: AbortSignal;
}

/** All bytes of a range, asked for again from where a body was cut; a storage closes connections over which a slow client takes little. */
export async function* readOn({ read, range, pause, signal = new AbortController().signal }: Reading): AsyncGenerator<Uint8Array> {
  let at = range.start;
  for (let failures = 0; at <= range.end; ) {
    const from = at;
    try {
      for await (const chunk of await read({ start: at, end: range.end }, signal)) {
        const wanted = chunk.subarray(0, range.end - at + 1);
        at += wanted.length;
        yield wanted;
        if (at > range.end) return;
      }
      if (at === from) throw new Error(`The storage's answer ended ${range.end - at + 1} bytes early`);
      failures = 0;
    } catch (error) {
      failures = at > from ? 1 : failures + 1;
      if (signal.aborted || isTeachifyError(error) || failures === patience) throw error;
      await pause(failures);
    }
  }
}
