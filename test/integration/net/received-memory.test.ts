import { afterEach, beforeEach, expect, it } from 'vitest';
import { createUndiciTransport } from '../../../src/core/net/undici-transport.ts';
import { openRawServer, type RawServer } from '../../harness/raw-server.ts';

/** Bytes that tell their own place, in every alignment. */
const content = Buffer.from(Uint32Array.from({ length: 400_000 }, (_, index) => index * 2_654_435_761).buffer);
let server: RawServer;
beforeEach(async () => {
  server = await openRawServer();
  server.files.set('/file', { bytes: content });
  return () => server.close();
});

const transport = createUndiciTransport({ userAgent: 'teachify-test' });
afterEach(() => transport.dropConnections());
/** Reads a range as the piece store does: what came is looked at some time later, given back, and not looked at again. */
async function readLater(start: number, end: number, late: number, seen: Set<ArrayBufferLike>): Promise<void> {
  const { body } = await transport({ method: 'GET', url: `${server.url}/file`, headers: { range: `bytes=${start}-${end}` } });
  const waiting: { readonly at: number; readonly chunk: Uint8Array }[] = [];
  const settle = ({ at, chunk }: (typeof waiting)[number]) => {
    expect(Buffer.compare(chunk, content.subarray(at, at + chunk.length))).toBe(0);
    seen.add(chunk.buffer);
    // In two parts, as where a piece ends within a chunk; and spoilt, so that who still looks at it would notice.
    const half = chunk.length >> 1;
    chunk.fill(0);
    transport.giveBack(chunk.subarray(half));
    if (half > 0) transport.giveBack(chunk.subarray(0, half));
  };
  let at = start;
  for await (const chunk of body) {
    waiting.push({ at, chunk });
    at += chunk.length;
    if (waiting.length > late) settle(waiting.shift() as (typeof waiting)[number]);
  }
  for (const one of waiting) settle(one);
  expect(at).toBe(end + 1);
}

it('is used again, and never before what lay in it was given back', async () => {
  const seen = new Set<ArrayBufferLike>();
  let requests = 0;
  for (let round = 0; round < 6; round++) {
    await Promise.all(
      Array.from({ length: 6 }, (_, index) => {
        requests += 1;
        return readLater(index * 1_000 + round, content.length - 1 - index * 777 * round, index, seen);
      }),
    );
  }
  // Some 220 slabs' worth of bytes came.
  expect(requests).toBe(36);
  expect(seen.size).toBeLessThan(110);
});

it('a part that is given back twice is a bug that shows', async () => {
  const { body } = await transport({ method: 'GET', url: `${server.url}/file`, headers: { range: 'bytes=0-9' } });
  for await (const chunk of body) {
    transport.giveBack(chunk);
    expect(() => {
      for (let times = 0; times < 1_000; times++) transport.giveBack(chunk);
    }).toThrow('twice');
  }
});
