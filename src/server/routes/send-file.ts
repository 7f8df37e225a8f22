import { basename, dirname } from 'node:path';
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { parseByteRange, type ByteRange } from '../byte-range.ts';
import { notFound } from '../errors.ts';
import { etagMatches } from '../etag.ts';
import { BufferPool } from '../storage/buffer-pool.ts';
import { OpenFiles } from '../storage/open-files.ts';
import type { MediaStorage } from '../storage/ports.ts';
import { sendInPortions } from './send-in-portions.ts';

interface FileAnswer {
  readonly sha256: string;
  /** What of the file is the whole answer; all of it when left out. Not found when the file ends before it does. */
  readonly stretch?: ByteRange;
  readonly type: string;
  readonly cacheControl: string;
}

export interface FileSender {
  /** A published file by HTTP (RFC 9110), its hash as strong validator: HEAD, If-None-Match, one Range with If-Range, 206, 304, 416. Never compressed. */
  send(request: FastifyRequest, reply: FastifyReply, answer: FileAnswer): Promise<FastifyReply>;
  close(): void;
}

/** A piece of a lesson is read at once, in one go. */
const wholeBytes = 1024 * 1024;
/** MiB of such reads at a time, so that many slow clients cost little; the others get theirs in small portions. */
const wholeReads = 24;
const openFiles = 512;

interface Dependencies {
  readonly media: MediaStorage;
  /** Internal location of an nginx before this server, under which it finds the media folder. */
  readonly accelRedirect: string | undefined;
}

export function createFileSender({ media, accelRedirect }: Dependencies): FileSender {
  const files = new OpenFiles(openFiles);
  const pool = new BufferPool(wholeBytes, wholeReads);

  const send: FileSender['send'] = async (request, reply, answer) => {
    const { sha256, type, cacheControl } = answer;
    const path = media.localPath(sha256);
    const file = path === null ? null : await files.open(path);
    try {
      const fileSize = file?.bytes ?? (await media.size(sha256));
      if (fileSize === null) throw notFound('File');
      const stretch = answer.stretch ?? { start: 0, end: fileSize - 1 };
      if (answer.stretch && (stretch.start > stretch.end || stretch.end >= fileSize)) throw notFound('File');
      const size = stretch.end - stretch.start + 1;
      const quoted = answer.stretch ? `"${sha256}-${stretch.start}-${stretch.end}"` : `"${sha256}"`;
      reply.headers({ etag: quoted, 'cache-control': cacheControl, 'accept-ranges': 'bytes', 'x-content-type-options': 'nosniff' });
      if (etagMatches(request.headers['if-none-match'], quoted)) return reply.code(304).send();
      reply.type(type);
      // The proxy has the range, and answers it; of a stretch it knows nothing, and nothing of our tags, by which it would refuse (412).
      const isConditional = request.headers['if-match'] !== undefined || request.headers['if-unmodified-since'] !== undefined;
      if (!isConditional && accelRedirect !== undefined && path !== null && file && !answer.stretch) {
        return reply.header('x-accel-redirect', `${accelRedirect}/${basename(dirname(path))}/${basename(path)}`).send('');
      }

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
      const wanted = { start: stretch.start + start, end: stretch.start + end };
      if (!file) return reply.send(await media.open(sha256, wanted));

      const length = end - start + 1;
      const buffer = length <= wholeBytes ? pool.take() : null;
      if (!buffer) {
        await sendInPortions(reply, wanted, file.read);
        return reply;
      }
      const bytes = buffer.subarray(0, length);
      await file.read(bytes, wanted.start).catch((error: unknown) => {
        pool.give(buffer);
        throw error;
      });
      // By then it is with the system, or will never be.
      if (reply.raw.destroyed) pool.give(buffer);
      else reply.raw.once('close', () => pool.give(buffer));
      return reply.send(bytes);
    } finally {
      file?.release();
    }
  };
  return { send, close: () => files.close() };
}
