import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLine, type Line } from '../../harness/line.ts';

const size = 300_000;
const body = Buffer.alloc(size, 7);
let server: Server;
let target: string;
let posts: string[];
let line: Line;

beforeEach(async () => {
  posts = [];
  server = createServer((incoming, outgoing) => {
    if (incoming.method === 'POST') {
      let text = '';
      incoming.on('data', (chunk: Buffer) => (text += String(chunk)));
      incoming.on('end', () => {
        posts.push(text);
        outgoing.end('done');
      });
      return;
    }
    outgoing.setHeader('etag', '"x"');
    outgoing.end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  target = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  await line.close();
  server.closeAllConnections();
  server.close();
});

describe('a line', () => {
  it('carries bodies both ways unchanged and keeps the books', async () => {
    line = await openLine({ target });
    const answer = await fetch(`${line.url}/file?x=1`, { headers: { range: 'bytes=0-' } });
    expect(answer.headers.get('etag')).toBe('"x"');
    expect(Buffer.from(await answer.arrayBuffer()).equals(body)).toBe(true);
    await fetch(`${line.url}/post`, { method: 'POST', body: 'hello' });
    expect(posts).toEqual(['hello']);
    expect(line.requests).toMatchObject([
      { method: 'GET', path: '/file', range: 'bytes=0-', status: 200, bytesDown: size, whole: true },
      { method: 'POST', path: '/post', bytesUp: 5, bytesDown: 4, whole: true },
    ]);
    expect(line.bytesDown(/file/)).toBe(size);
  });

  it('never passes more than its rate, however many connections share it', async () => {
    line = await openLine({ target, bitsPerSecond: 8 * 100_000 });
    const started = performance.now();
    const readers = [0, 1, 2].map(() => fetch(`${line.url}/file`).then((answer) => answer.arrayBuffer()).catch(() => undefined));
    // On a busy machine one connects later than the others; fair is what they get once all are there.
    const counts = () => line.requests.map(({ bytesDown }) => bytesDown);
    while (counts().length < 3 || counts().includes(0)) await sleep(5);
    const before = counts();
    await sleep(700);
    const seconds = (performance.now() - started) / 1000;
    const passed = counts();
    const shares = passed.map((bytes, index) => bytes - (before[index] ?? 0));
    // The bucket keeps 50 ms of unused rate, and each connection may have one slice on its way.
    expect(passed.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThanOrEqual(100_000 * (seconds + 0.05) + 3 * 4096);
    expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(2 * 4096);
    await line.cut();
    await Promise.all(readers);
  });

  it('goes silent at 0 and goes on where it was', async () => {
    line = await openLine({ target, bitsPerSecond: 0 });
    const answer = fetch(`${line.url}/file`).then((response) => response.arrayBuffer());
    await sleep(150);
    expect(line.bytesDown()).toBe(0);
    line.setBandwidth(null);
    expect((await answer).byteLength).toBe(size);
  });

  it('resets what is under way when cut, refuses what is new, and comes back at the same address', async () => {
    line = await openLine({ target, bitsPerSecond: 8 * 100_000 });
    const under = fetch(`${line.url}/file`).then((answer) => answer.arrayBuffer());
    under.catch(() => {});
    await expect.poll(() => line.bytesDown()).toBeGreaterThan(0);
    await line.cut();
    await expect(under).rejects.toThrow();
    await expect(codeOf(line.url)).resolves.toBe('ECONNREFUSED');
    expect(line.requests[0]).toMatchObject({ whole: false });
    await line.resume();
    line.setBandwidth(null);
    expect((await fetch(`${line.url}/file`)).status).toBe(200);
  });

  it('loses every n-th answer only after the server has done its work', async () => {
    line = await openLine({ target });
    line.dropAnswers({ every: 2, path: /post/ });
    const post = (text: string) => codeOf(`${line.url}/post`, text);
    await expect(post('one')).resolves.toBe('200');
    await expect(post('two')).resolves.toBe('ECONNRESET');
    await expect(post('three')).resolves.toBe('200');
    expect(posts).toEqual(['one', 'two', 'three']);
  });

  it('answers as a captive portal does: 200, HTML, to everything', async () => {
    line = await openLine({ target });
    line.setCaptivePortal(true);
    const answer = await fetch(`${line.url}/api/server`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(await answer.text()).toContain('<form>');
    expect((await fetch(`${line.url}/post`, { method: 'POST', body: 'x' })).status).toBe(200);
    expect(posts).toEqual([]);
  });

  it('resets when the server behind it is gone, and finds it again elsewhere', async () => {
    line = await openLine({ target: 'http://127.0.0.1:9' });
    await expect(codeOf(`${line.url}/file`)).resolves.toBe('ECONNRESET');
    line.setTarget(target);
    await expect(codeOf(`${line.url}/file`)).resolves.toBe('200');
  });

  it('tells the server when the client has gone', async () => {
    line = await openLine({ target, bitsPerSecond: 8 * 10_000 });
    const closed = new Promise<boolean>((resolve) => {
      server.once('request', (_, outgoing) => outgoing.once('close', () => resolve(outgoing.writableFinished)));
    });
    const controller = new AbortController();
    const answer = await fetch(`${line.url}/file`, { signal: controller.signal });
    controller.abort();
    await closed;
    await expect(answer.arrayBuffer()).rejects.toThrow();
  });
});

/** The status of an answer, or the code of the error that came instead. */
function codeOf(url: string, post?: string): Promise<string> {
  return new Promise((resolve) => {
    const asked = request(url, { method: post === undefined ? 'GET' : 'POST', agent: false }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(String(answer.statusCode)));
    });
    asked.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    asked.end(post);
  });
}
