import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';
import type { ByteRange } from '../byte-range.ts';

/** All the memory that an answer takes, however slowly it is taken. */
const portionBytes = 64 * 1024;

/**
 * Sends a stretch of a file through one portion of memory, read anew once the system has what was in it. A stream would take new
 * memory for each portion, and two hundred slow clients a hundred megabytes that wait for the collector.
 * @param reply with status, type and length; what goes wrong after its head can only break it off
 */
export async function sendInPortions(reply: FastifyReply, { start, end }: ByteRange, read: (into: Uint8Array, start: number) => Promise<void>): Promise<void> {
  const { raw, log } = reply.hijack();
  raw.statusCode = reply.statusCode;
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) raw.setHeader(name, value);
  const memory = Buffer.allocUnsafeSlow(Math.min(portionBytes, end + 1 - start));
  const closed = new Promise<void>((resolve) => void raw.once('close', resolve));
  try {
    for (let at = start; at <= end && !raw.destroyed; at += memory.length) {
      const portion = memory.subarray(0, Math.min(memory.length, end + 1 - at));
      await read(portion, at);
      await Promise.race([taken(raw, portion), closed]);
    }
    raw.end();
  } catch (error) {
    log.error({ err: error }, 'a file could not be read');
    raw.destroy();
  }
}

/** Until the system has the bytes, or will never have them. */
function taken(raw: ServerResponse, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve) => void raw.write(bytes, () => resolve()));
}
