import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGotTransport } from '../../../src/core/net/got-transport.ts';
import { createUndiciTransport } from '../../../src/core/net/undici-transport.ts';
import type { TransportRequest } from '../../../src/core/net/ports.ts';
import { openDeafPort } from '../../harness/deaf-port.ts';
import { openRawServer, type RawServer } from '../../harness/raw-server.ts';

const content = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251));
let server: RawServer;

beforeEach(async () => {
  server = await openRawServer();
  server.files.set('/file', { bytes: content });
});
afterEach(() => server.close());

async function read(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe.each([
  { name: 'got, for the API', create: createGotTransport },
  { name: 'undici, for the bytes of lessons', create: createUndiciTransport },
])('the transport by $name', ({ create }) => {
  const transport = create({ userAgent: 'teachify-test' });
  const get = (path: string, more: Partial<TransportRequest> = {}) => transport({ method: 'GET', url: `${server.url}${path}`, headers: {}, ...more });

  it('gives status, headers and the stored bytes, and asks for nothing re-encoded', async () => {
    const response = await get('/file', { headers: { range: 'bytes=10-99' } });
    expect(response.status).toBe(206);
    expect(response.headers['content-range']).toBe('bytes 10-99/300000');
    expect(await read(response.body)).toEqual(content.subarray(10, 100));
    expect(server.requests[0]?.headers).toMatchObject({ 'user-agent': 'teachify-test', 'accept-encoding': 'identity' });
  });

  it('leaves gzip as it is', async () => {
    server.fault = () => ({ kind: 'answer', status: 206, headers: { 'content-encoding': 'gzip' }, body: 'not really gzip' });
    expect((await read((await get('/file')).body)).toString()).toBe('not really gzip');
  });

  it('judges no status', async () => {
    expect((await get('/nowhere')).status).toBe(404);
    server.fault = () => ({ kind: 'answer', status: 503, headers: { 'retry-after': '7' }, body: '' });
    expect(await get('/file')).toMatchObject({ status: 503, headers: { 'retry-after': '7' } });
    expect(server.requests).toHaveLength(2);
  });

  it.each([{ kind: 'cut', after: 100_000 } as const, { kind: 'cut-chunked', after: 100_000 } as const])('throws on a body that was $kind', async (fault) => {
    server.fault = () => fault;
    const response = await get('/file');
    await expect(read(response.body)).rejects.toMatchObject({ code: 'unreachable' });
  });

  it('keeps what came before the cut', async () => {
    server.fault = () => ({ kind: 'cut', after: 100_000 });
    let received = 0;
    const drain = async () => {
      for await (const chunk of (await get('/file')).body) received += chunk.length;
    };
    await expect(drain()).rejects.toMatchObject({ code: 'unreachable' });
    expect(received).toBe(100_000);
  });

  it('times out when no byte moves', async () => {
    server.fault = () => ({ kind: 'stall', after: 1000 });
    await expect(get('/file', { idleTimeoutMs: 200 }).then(({ body }) => read(body))).rejects.toMatchObject({ code: 'timeout' });
    const deaf = createServer(() => {});
    deaf.listen(0, '127.0.0.1');
    await once(deaf, 'listening');
    const url = `http://127.0.0.1:${(deaf.address() as AddressInfo).port}/`;
    await expect(transport({ method: 'GET', url, headers: {}, idleTimeoutMs: 200 })).rejects.toMatchObject({ code: 'timeout' });
    deaf.closeAllConnections();
    deaf.close();
  });

  it('gives up a connection that is never made, its SYN dropped', async ({ skip }) => {
    const deaf = await openDeafPort();
    if (!deaf) return skip();
    try {
      await expect(create({ userAgent: 'teachify-test', silenceMs: 500 })({ method: 'GET', url: deaf.url, headers: {} })).rejects.toMatchObject({ code: 'timeout' });
    } finally {
      await deaf.close();
    }
  });

  it('says unreachable where nobody listens or nobody is known by that name', async () => {
    const { url } = server;
    await server.close();
    await expect(transport({ method: 'GET', url, headers: {} })).rejects.toMatchObject({ code: 'unreachable', retryable: true });
    await expect(transport({ method: 'GET', url: 'http://nobody.invalid/', headers: {} })).rejects.toMatchObject({
      code: expect.stringMatching(/^(unreachable|offline)$/),
    });
    server = await openRawServer();
  });

  it('stops at the signal, before and within the body', async () => {
    const stop = new AbortController();
    server.fault = () => ({ kind: 'stall', after: 1000 });
    const response = await get('/file', { signal: stop.signal });
    const reading = read(response.body);
    stop.abort();
    await expect(reading).rejects.toMatchObject({ code: 'cancelled', retryable: false });
    await expect(get('/file', { signal: stop.signal })).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('a body nobody wants any more frees the connection', async () => {
    server.bytesPerSecond = 100_000;
    for await (const chunk of (await get('/file')).body) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(server.sentBytes()).toBeLessThan(content.length / 2);
  });

  it('follows redirects without handing the token to another origin', async () => {
    const other = await openRawServer();
    other.files.set('/file', { bytes: content });
    server.fault = ({ path }) => (path === '/away' ? { kind: 'answer', status: 302, headers: { location: `${other.url}/file` } } : undefined);
    const response = await get('/away', { headers: { authorization: 'Bearer secret', range: 'bytes=5-9' } });
    expect(await read(response.body)).toEqual(content.subarray(5, 10));
    expect(response.url).toBe(`${other.url}/file`);
    expect(other.requests[0]?.headers['authorization']).toBeUndefined();
    await other.close();
  });

  it('gives up a redirect loop', async () => {
    server.fault = () => ({ kind: 'answer', status: 302, headers: { location: '/file' } });
    await expect(get('/file')).rejects.toMatchObject({ code: 'unexpected_answer' });
  });

  it('says what does not speak HTTP', async () => {
    server.fault = () => ({ kind: 'answer', status: 200, headers: { 'content-length': 'many' } });
    await expect(get('/file')).rejects.toMatchObject({ code: 'unexpected_answer' });
  });
});
