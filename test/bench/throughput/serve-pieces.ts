// A file server for the throughput bench, in a process of its own: one made-up file, whole or by ranges, and its pieces one by one.
// Its pieces' hashes are at /hashes. Arguments: pieces, bytes a piece, and how often all that comes again, so that a file may be
// larger than memory. Says its port and a name for the file (its hash, when it comes once) as one JSON line.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';

/** Bytes that no transfer can compress, the same every time (xorshift32, Marsaglia 2003). */
function fillerBytes(length: number): Buffer {
  const words = new Uint32Array(Math.ceil(length / 4));
  let x = 2463534242;
  for (let i = 0; i < words.length; i++) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    words[i] = x;
  }
  return Buffer.from(words.buffer, 0, length);
}

const [pieces = 0, pieceBytes = 0, times = 1] = process.argv.slice(2).map(Number);
const file = fillerBytes(pieces * pieceBytes);
const size = file.length * times;
const sha256 = createHash('sha256').update(file).digest('hex');

const once = Array.from({ length: pieces }, (_, index) => createHash('sha256').update(file.subarray(index * pieceBytes, (index + 1) * pieceBytes)).digest('hex'));
const hashes = Array.from({ length: times }, () => once).flat();

/** The bytes from `start` to before `end`, in stretches of at most what is held. */
function* stretches(start: number, end: number): Generator<Buffer> {
  for (let at = start; at < end; ) {
    const from = at % file.length;
    const part = file.subarray(from, Math.min(file.length, from + end - at));
    yield part;
    at += part.length;
  }
}

const server = createServer((request, response) => {
  if (request.url === '/hashes') return void response.end(JSON.stringify(hashes));
  const piece = /^\/piece\/(\d+)$/.exec(request.url ?? '');
  if (piece) {
    const start = Number(piece[1]) * pieceBytes;
    return void response.writeHead(200, { 'content-length': pieceBytes }).end(file.subarray(start, start + pieceBytes));
  }
  const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
  if (!range) {
    response.writeHead(200, { 'content-length': size, 'accept-ranges': 'bytes' });
    return void Readable.from(stretches(0, size)).pipe(response);
  }
  const [start, end] = [Number(range[1]), Number(range[2])];
  const headers = { 'content-length': end - start + 1, 'content-range': `bytes ${start}-${end}/${size}` };
  response.writeHead(206, headers);
  for (const part of stretches(start, end + 1)) response.write(part);
  response.end();
});
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: (server.address() as AddressInfo).port, sha256 })));
