import { once } from 'node:events';
import { Agent, createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.ts';
import { createTokenBucket, type TokenBucket } from './line/token-bucket.ts';

/** One request as the line saw it. Bytes are of bodies, counted as they were handed on. */
export interface LineRequest {
  readonly method: string;
  readonly path: string;
  readonly range: string | null;
  readonly startedAt: number;
  status: number | null;
  bytesUp: number;
  bytesDown: number;
  /** False while under way, and for one that was cut off. */
  whole: boolean;
}

export interface LineOptions {
  /** Where the course server listens, `http://127.0.0.1:1234`. */
  readonly target: string;
  /** Shared by all connections, each direction for itself; null for no limit. */
  readonly bitsPerSecond?: number | null;
  /** Added to each request. */
  readonly latencyMs?: number;
}

/** The line between a student and the course server: real sockets on this machine, as bad as one wants it. */
export interface Line {
  readonly url: string;
  /** Everything asked so far, oldest first. */
  readonly requests: readonly LineRequest[];
  /** What stood behind the question marks, oldest first. */
  readonly queries: readonly string[];
  setTarget(target: string): void;
  /** 0 lets nothing pass and cuts nothing: a line that has gone silent. */
  setBandwidth(bitsPerSecond: number | null): void;
  setLatency(milliseconds: number): void;
  /** Resets every connection and refuses new ones. */
  cut(): Promise<void>;
  resume(): Promise<void>;
  /** A log-in page answers everything, with 200. */
  setCaptivePortal(on: boolean): void;
  /** Every n-th answer to a matching path is lost, or becomes one of this status, after the server has done its work; null to stop. */
  dropAnswers(rule: { every: number; path: RegExp; status?: number } | null): void;
  bytesDown(path?: RegExp): number;
  close(): Promise<void>;
}

/** Small enough that two connections take turns many times a second on a slow line. */
const sliceBytes = 4096;
const portalPage = '<!doctype html><html><head><title>Hotel Wi-Fi</title></head><body><form>Room number <input></form></body></html>';

export async function openLine({ target: firstTarget, bitsPerSecond = null, latencyMs = 0 }: LineOptions): Promise<Line> {
  let target = firstTarget;
  let latency = latencyMs;
  let portal = false;
  let drop: Parameters<Line['dropAnswers']>[0] = null;
  let matched = 0;
  const down = createTokenBucket(bytesOf(bitsPerSecond));
  const up = createTokenBucket(bytesOf(bitsPerSecond));
  const agent = new Agent({ keepAlive: true });
  const requests: LineRequest[] = [];
  const queries: string[] = [];
  const sockets = new Set<Socket>();

  const server = createServer((incoming, outgoing) => {
    const record = recordOf(incoming);
    requests.push(record);
    const [, query] = (incoming.url ?? '').split('?', 2);
    if (query) queries.push(query);
    carry(incoming, outgoing, record).catch(() => incoming.socket.resetAndDestroy());
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
  });

  async function carry(incoming: IncomingMessage, outgoing: ServerResponse, record: LineRequest): Promise<void> {
    if (latency > 0) await sleep(latency);
    if (portal) return answerPortal(incoming, outgoing, record);
    const upstream = httpRequest(new URL(incoming.url ?? '/', target), { method: incoming.method, headers: incoming.headers, agent });
    const closed = once(outgoing, 'close').catch(() => {});
    outgoing.once('close', () => upstream.destroy());
    const answered = once(upstream, 'response') as Promise<[IncomingMessage]>;
    answered.catch(() => {}); // also awaited below; a refusal may come while the body is still going up
    for await (const slice of throttled(incoming, up)) {
      record.bytesUp += slice.length;
      upstream.write(slice);
    }
    upstream.end();
    const [answer] = await answered;
    if (isDropped(record.path)) {
      answer.resume();
      await once(answer, 'end');
      if (drop?.status === undefined) return void incoming.socket.resetAndDestroy();
      record.status = drop.status;
      outgoing.writeHead(drop.status, { 'content-type': 'text/plain' }).end('upstream connect error');
      record.whole = true;
      return;
    }
    record.status = answer.statusCode ?? null;
    outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    for await (const slice of throttled(answer, down)) {
      if (outgoing.destroyed) return;
      record.bytesDown += slice.length;
      if (!outgoing.write(slice)) await Promise.race([once(outgoing, 'drain'), closed]);
    }
    outgoing.end();
    record.whole = true;
  }

  function isDropped(path: string): boolean {
    if (!drop?.path.test(path)) return false;
    matched += 1;
    return matched % drop.every === 0;
  }

  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  const cut = async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.resetAndDestroy();
    await closed;
  };
  const port = await freePort();
  await listen(port);

  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    queries,
    setTarget: (next) => void (target = next),
    setBandwidth: (bits) => {
      down.setRate(bytesOf(bits));
      up.setRate(bytesOf(bits));
    },
    setLatency: (milliseconds) => void (latency = milliseconds),
    cut,
    resume: async () => {
      if (!server.listening) await listen(port);
    },
    setCaptivePortal: (on) => void (portal = on),
    dropAnswers: (rule) => {
      drop = rule;
      matched = 0;
    },
    bytesDown: (path) => requests.reduce((sum, request) => (path && !path.test(request.path) ? sum : sum + request.bytesDown), 0),
    close: async () => {
      down.close();
      up.close();
      await cut();
      agent.destroy();
    },
  };
}

function recordOf(incoming: IncomingMessage): LineRequest {
  return {
    method: incoming.method ?? '',
    path: (incoming.url ?? '').split('?', 1)[0] ?? '',
    range: incoming.headers.range ?? null,
    startedAt: Date.now(),
    status: null,
    bytesUp: 0,
    bytesDown: 0,
    whole: false,
  };
}

function answerPortal(incoming: IncomingMessage, outgoing: ServerResponse, record: LineRequest): void {
  incoming.resume();
  outgoing.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(incoming.method === 'HEAD' ? undefined : portalPage);
  record.status = 200;
  record.whole = true;
}

async function* throttled(stream: IncomingMessage, bucket: TokenBucket): AsyncGenerator<Buffer> {
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    for (let at = 0; at < chunk.length; at += sliceBytes) {
      const slice = chunk.subarray(at, at + sliceBytes);
      await bucket.take(slice.length);
      yield slice;
    }
  }
}

function bytesOf(bitsPerSecond: number | null): number | null {
  return bitsPerSecond === null ? null : bitsPerSecond / 8;
}
