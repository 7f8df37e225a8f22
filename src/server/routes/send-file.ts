import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { parseByteRange, type ByteRange } from '../byte-range.ts';
import { notFound } from '../errors.ts';
import { etagMatches } from '../etag.ts';

interface FileAnswer {
  readonly path: string;
  /** What of the file is the whole answer; all of it when left out. Not found when the file ends before it does. */
  readonly stretch?: ByteRange;
  /** The strong validator, without quotes. */
  readonly etag: string;
  readonly type: string;
  readonly cacheControl: string;
}

/** A file by HTTP (RFC 9110): HEAD, If-None-Match, one Range with If-Range, 206, 304, 416. Never compressed. */
export async function sendFile(request: FastifyRequest, reply: FastifyReply, answer: FileAnswer): Promise<FastifyReply> {
  const { path, etag, type, cacheControl } = answer;
  const fileSize = await stat(path).then((found) => found.size, () => null);
  if (fileSize === null) throw notFound('File');
  const stretch = answer.stretch ?? { start: 0, end: fileSize - 1 };
  if (answer.stretch && (stretch.start > stretch.end || stretch.end >= fileSize)) throw notFound('File');
  const size = stretch.end - stretch.start + 1;
  const quoted = `"${etag}"`;
  reply.headers({ etag: quoted, 'cache-control': cacheControl, 'accept-ranges': 'bytes', 'x-content-type-options': 'nosniff' });
  if (etagMatches(request.headers['if-none-match'], quoted)) return reply.code(304).send();
  reply.type(type);

  const ifRange = request.headers['if-range'];
  const range = ifRange === undefined || ifRange === quoted ? parseByteRange(request.headers.range, size) : 'all';
  if (range === 'unsatisfiable') {
    return reply.code(416).headers({ 'content-range': `bytes */${size}`, 'content-length': '0' }).send();
  }
  const { start, end } = range === 'all' ? { start: 0, end: size - 1 } : range;
  if (range !== 'all') reply.code(206).header('content-range', `bytes ${start}-${end}/${size}`);
  reply.header('content-length', String(end - start + 1));
  // Nothing sent, but not "nothing there": Fastify would call the length 0.
  if (request.method === 'HEAD') return reply.send(Readable.from([]));
  return reply.send(createReadStream(path, { start: stretch.start + start, end: stretch.start + end, highWaterMark: 256 * 1024 }));
}
