import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** One request as the server saw it; `sentBytes` are body bytes handed to the socket. */
export interface RawRequest {
  readonly method: string;
  readonly path: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Place in the order of requests, 0 first. */
  readonly index: number;
  sentBytes: number;
}

/** How an answer misbehaves. Without one, the server is a correct one. */
export type Fault =
  /** Announces the whole length, then resets the connection after so many body bytes. */
  | { readonly kind: 'cut'; readonly after: number }
  /** No Content-Length; the connection is closed after so many body bytes. */
  | { readonly kind: 'cut-unannounced'; readonly after: number }
  /** Chunked, closed without the last chunk. */
  | { readonly kind: 'cut-chunked'; readonly after: number }
  /** The connection is reset before any answer. */
  | { readonly kind: 'reset' }
  /** So many body bytes, then nothing more, the connection open. */
  | { readonly kind: 'stall'; readonly after: number }
  /** 200 with the whole file whatever was asked. */
  | { readonly kind: 'whole' }
  /** The right bytes, so many a second. */
  | { readonly kind: 'drip'; readonly bytesPerSecond: number }
  /** The right bytes under a Content-Encoding nobody asked for. */
  | { readonly kind: 'encoded'; readonly encoding: string }
  /** The connection is accepted and nothing is ever said. */
  | { readonly kind: 'mute' }
  /** The right bytes under another Content-Range. */
  | { readonly kind: 'content-range'; readonly value: string }
  /** One byte, counted from the start of the body, is another. */
  | { readonly kind: 'corrupt'; readonly at: number }
  /** Anything else: a portal's page, 401, 416, 503, a redirect, ... */
  | { readonly kind: 'answer'; readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string };

export interface RawFile {
  readonly bytes: Uint8Array;
  readonly etag?: string;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface RawServer {
  readonly url: string;
  readonly requests: readonly RawRequest[];
  /** By path; change it to change the school. */
  readonly files: Map<string, RawFile>;
  /** Answers what is no file here: the rest of a school. Without it, 404. */
  otherwise: ((request: RawRequest) => Promise<RawAnswer>) | null;
  /** Asked for every request. */
  fault: (request: RawRequest) => Fault | undefined;
  /** Of each connection's body; null for as fast as it goes. */
  bytesPerSecond: number | null;
  /** Nothing more is ever said on the connections there are, and they stay open; new ones are taken. */
  forsakeAll(): void;
  /** Resets every connection; new ones are taken. */
  cutAll(): void;
  /** Body bytes sent for paths that begin so. */
  sentBytes(prefix?: string): number;
  close(): Promise<void>;
}

const sliceBytes = 8 * 1024;
/** A line that only drips brings a little all the time, not much once. */
const sliceOf = (bytesPerSecond: number) => (bytesPerSecond < 1_000 ? Math.ceil(bytesPerSecond / 10) : sliceBytes);

/** HTTP/1.1 written by hand on a socket, so that it can lie, stall and break off where a real server would not. */
export async function openRawServer(): Promise<RawServer> {
  const requests: RawRequest[] = [];
  const sockets = new Set<Socket>();
  const forsaken = new WeakSet<Socket>();
  const closings = new WeakMap<Socket, Promise<void>>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    closings.set(socket, new Promise((resolve) => socket.once('close', () => resolve())));
    void closings.get(socket)?.then(() => sockets.delete(socket));
    void converse(socket).catch(() => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const school: RawServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    files: new Map(),
    otherwise: null,
    fault: () => undefined,
    bytesPerSecond: null,
    sentBytes: (prefix = '') => requests.filter(({ path }) => path.startsWith(prefix)).reduce((sum, { sentBytes }) => sum + sentBytes, 0),
    forsakeAll: () => {
      for (const socket of sockets) forsaken.add(socket);
    },
    cutAll: () => {
      for (const socket of sockets) socket.resetAndDestroy();
    },
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };

  async function converse(socket: Socket): Promise<void> {
    let waiting = Buffer.alloc(0);
    for await (const chunk of socket) {
      waiting = Buffer.concat([waiting, chunk as Buffer]);
      for (let request = parse(waiting); request; request = parse(waiting)) {
        waiting = waiting.subarray(request.length);
        const record: RawRequest = { ...request.request, index: requests.length, sentBytes: 0 };
        requests.push(record);
        await answer(socket, record);
        if (socket.destroyed) return;
      }
    }
  }

  async function answer(socket: Socket, request: RawRequest): Promise<void> {
    const fault = school.fault(request);
    if (fault?.kind === 'reset') return void socket.resetAndDestroy();
    if (fault?.kind === 'mute' || forsaken.has(socket)) return;
    if (fault?.kind === 'answer') {
      const body = Buffer.from(fault.body ?? '');
      return send(socket, request, head(fault.status, { 'content-length': String(body.length), ...fault.headers }), body);
    }
    const file = school.files.get(request.path.split('?', 1)[0] ?? '');
    if (!file && school.otherwise) {
      const { status, headers, body } = await school.otherwise(request);
      return send(socket, request, head(status, { ...headers, 'content-length': String(body.length) }), request.method === 'HEAD' ? Buffer.alloc(0) : body);
    }
    if (!file) return send(socket, request, head(404, { 'content-length': '0' }), Buffer.alloc(0));
    const range = fault?.kind === 'whole' ? null : rangeOf(request, file);
    if (range === 'unsatisfiable') {
      return send(socket, request, head(416, { 'content-length': '0', 'content-range': `bytes */${file.bytes.length}` }), Buffer.alloc(0));
    }
    const body = Buffer.from(range ? file.bytes.subarray(range.start, range.end + 1) : file.bytes);
    const headers: Record<string, string> = { 'content-type': 'application/octet-stream', ...(file.etag ? { etag: file.etag } : {}) };
    if (range) headers['content-range'] = fault?.kind === 'content-range' ? fault.value : `bytes ${range.start}-${range.end}/${file.bytes.length}`;
    if (fault?.kind === 'encoded') headers['content-encoding'] = fault.encoding;
    const status = range ? 206 : 200;
    if (request.method === 'HEAD') return send(socket, request, head(status, { ...headers, 'content-length': String(body.length) }), Buffer.alloc(0));
    if (fault?.kind === 'corrupt' && fault.at < body.length) body.writeUInt8((body.readUInt8(fault.at) + 1) % 256, fault.at);
    if (fault?.kind === 'cut-unannounced') {
      await send(socket, request, head(status, { ...headers, connection: 'close' }), body.subarray(0, fault.after));
      return void socket.end();
    }
    if (fault?.kind === 'cut-chunked') {
      const part = body.subarray(0, fault.after);
      const chunk = Buffer.concat([Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')]);
      await send(socket, request, head(status, { ...headers, 'transfer-encoding': 'chunked' }), chunk);
      return void socket.end();
    }
    const whole = head(status, { ...headers, 'content-length': String(body.length) });
    if (fault?.kind === 'cut' || fault?.kind === 'stall') {
      await send(socket, request, whole, body.subarray(0, fault.after));
      if (fault.kind === 'stall' || fault.after >= body.length) return;
      await sleep(20); // what was written reaches the other side before the reset discards it
      return void socket.resetAndDestroy();
    }
    return send(socket, request, whole, body, fault?.kind === 'drip' ? fault.bytesPerSecond : school.bytesPerSecond);
  }

  async function send(socket: Socket, request: RawRequest, start: string, body: Uint8Array, rate: number | null = school.bytesPerSecond): Promise<void> {
    socket.write(start);
    const startedAt = performance.now();
    const step = rate === null ? sliceBytes : sliceOf(rate);
    for (let at = 0; at < body.length && !socket.destroyed && !forsaken.has(socket); at += step) {
      const slice = body.subarray(at, at + step);
      request.sentBytes += slice.length;
      if (!socket.write(slice)) await Promise.race([once(socket, 'drain').catch(() => {}), closings.get(socket)]);
      if (rate === null) continue;
      const dueMs = (request.sentBytes / rate) * 1000 - (performance.now() - startedAt);
      if (dueMs > 1) await sleep(dueMs);
    }
  }

  return school;
}

function parse(bytes: Buffer): { request: Omit<RawRequest, 'index' | 'sentBytes'>; length: number } | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [first = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const [method = '', path = ''] = first.split(' ');
  const headers = Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]));
  const length = end + 4 + Number(headers['content-length'] ?? 0);
  if (bytes.length < length) return undefined;
  return { request: { method, path, headers, body: bytes.subarray(end + 4, length).toString('utf8') }, length };
}

function head(status: number, headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} Any\r\n${lines.join('')}\r\n`;
}

function rangeOf({ headers }: RawRequest, { bytes, etag }: RawFile): { start: number; end: number } | 'unsatisfiable' | null {
  const match = /^bytes=(\d+)-(\d*)$/.exec(headers['range'] ?? '');
  if (!match || (headers['if-range'] !== undefined && headers['if-range'] !== etag)) return null;
  const start = Number(match[1]);
  if (start >= bytes.length) return 'unsatisfiable';
  return { start, end: Math.min(bytes.length - 1, match[2] ? Number(match[2]) : Infinity) };
}
