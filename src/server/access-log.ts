import { createWriteStream } from 'node:fs';
import type { FastifyInstance } from 'fastify';

/** One JSON line per answer: what was asked and how many bytes, head included, were handed to the socket. No query, no headers, no tokens. */
export function writeAccessLog(app: FastifyInstance, file: string, now: () => number): void {
  const log = createWriteStream(file, { flags: 'a' });
  app.addHook('onRequest', async (request, reply) => {
    const socket = request.raw.socket;
    const before = socket.bytesWritten;
    // `close` comes after the last byte, also when the client went away in the middle.
    reply.raw.once('close', () => {
      const line = {
        time: now(),
        method: request.method,
        path: request.url.split('?', 1)[0],
        range: request.headers.range ?? null,
        status: reply.statusCode,
        bytes: Math.max(0, socket.bytesWritten - before),
      };
      log.write(`${JSON.stringify(line)}\n`);
    });
  });
  app.addHook('onClose', () => new Promise((resolve) => log.end(resolve)));
}
