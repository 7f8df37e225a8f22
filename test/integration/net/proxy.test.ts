import { once } from 'node:events';
import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createGotTransport } from '../../../src/core/net/got-transport.ts';
import { jsonLogger } from '../../../src/core/base/logger.ts';
import { unreadableProxies } from '../../../src/core/net/line-options.ts';
import { createUndiciTransport } from '../../../src/core/net/undici-transport.ts';
import { openCoreAtSchool } from '../../harness/core-at-school.ts';
import { temporaryFolder } from '../../harness/temporary-folder.ts';

let site: Server;
let proxy: Server;
let asked: string[] = [];
const portOf = (server: Server) => (server.address() as AddressInfo).port;
const textOf = async (body: AsyncIterable<Uint8Array>) => {
  let text = '';
  for await (const chunk of body) text += Buffer.from(chunk).toString();
  return text;
};

beforeAll(async () => {
  site = createServer((_, response) => response.end('hello')).listen(0, '127.0.0.1');
  // A school's proxy: it alone knows where school.test is.
  proxy = createServer((incoming, outgoing) => {
    asked.push(`${incoming.method} ${incoming.url}`);
    incoming.pipe(httpRequest({ port: portOf(site), host: '127.0.0.1', method: incoming.method, headers: incoming.headers }, (answer) => answer.pipe(outgoing)));
  });
  proxy.listen(0, '127.0.0.1');
  await Promise.all([once(site, 'listening'), once(proxy, 'listening')]);
});
beforeEach(() => (asked = []));
afterAll(() => {
  site.close();
  proxy.close();
});

describe.each([
  { name: 'got', create: createGotTransport },
  { name: 'undici', create: createUndiciTransport },
])('a transport by $name', ({ create }) => {
  it('asks through the proxy that the environment names', async () => {
    const transport = create({ userAgent: 'test', env: { HTTP_PROXY: `http://127.0.0.1:${portOf(proxy)}` } });
    const { status, body } = await transport({ method: 'GET', url: 'http://school.test/', headers: {} });
    expect({ status, text: await textOf(body) }).toEqual({ status: 200, text: 'hello' });
    expect(asked).toEqual(['GET http://school.test/']);
  });

  it('goes past the proxy to its own machine, and where the environment says so', async () => {
    const transport = create({ userAgent: 'test', env: { HTTP_PROXY: `http://127.0.0.1:${portOf(proxy)}`, NO_PROXY: 'school.test' } });
    await expect(transport({ method: 'GET', url: 'http://school.test/', headers: {} })).rejects.toThrow();
    const { body } = await transport({ method: 'GET', url: `http://127.0.0.1:${portOf(site)}/`, headers: {} });
    expect(await textOf(body)).toBe('hello');
    expect(asked).toEqual([]);
  });

  it.each(['http://student:horse@127.0.0.1:99999', 'http://student:ho%rse@127.0.0.1:9', 'student:horse@127.0.0.1:9'])('a proxy that is none (%s) is no proxy, and stops no start', async (named) => {
    const transport = create({ userAgent: 'test', env: { HTTP_PROXY: named, https_proxy: named } });
    const { body } = await transport({ method: 'GET', url: `http://127.0.0.1:${portOf(site)}/`, headers: {} });
    expect(await textOf(body)).toBe('hello');
  });

  it('the password of a proxy is in no line of the log', async () => {
    const lines: string[] = [];
    const logger = jsonLogger((line) => void lines.push(line), Date.now);
    const transport = create({ userAgent: 'test', env: { HTTP_PROXY: 'http://student:horse@127.0.0.1:9' } });
    const error: unknown = await transport({ method: 'GET', url: 'http://school.test/', headers: {} }).catch((failure: unknown) => failure);
    logger.error('the line failed', { error });
    expect(lines.join()).toContain('"code":"unreachable"');
    expect(lines.join()).not.toContain('horse');
  });

  it('what runs when the machine slept fails at once, and the next request is a new connection', async () => {
    const transport = create({ userAgent: 'test' });
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const waiting = transport({ method: 'GET', url: `http://127.0.0.1:${portOf(silent)}/`, headers: {} });
    waiting.catch(() => {}); // looked at below; it may fail before
    await once(silent, 'request');
    transport.dropConnections();
    await expect(waiting).rejects.toMatchObject({ code: 'unreachable', retryable: true });
    const { status } = await transport({ method: 'GET', url: `http://127.0.0.1:${portOf(site)}/`, headers: {} });
    expect(status).toBe(200);
    silent.close();
  });
});

it('variables whose proxy cannot be read are named, and nothing of their addresses', () => {
  const env = { HTTP_PROXY: 'http://student:ho%rse@127.0.0.1:9', https_proxy: 'proxy.school.test:3128', HTTPS_PROXY: 'http://proxy.school.test:3128', http_proxy: '', NO_PROXY: 'nonsense' };
  expect(unreadableProxies(env)).toEqual(['HTTP_PROXY', 'https_proxy']);
});

it('the app starts with a proxy that is none, and its log names the variable and no more', async () => {
  const lines: string[] = [];
  const logger = jsonLogger((line) => void lines.push(line), Date.now);
  const core = await openCoreAtSchool({ data: temporaryFolder(), url: 'http://127.0.0.1:9', env: { HTTPS_PROXY: 'student:horse@proxy.school.test:3128' }, logger });
  await core.dispose();
  const said = lines.filter((line) => line.includes('HTTPS_PROXY'));
  expect(said).toHaveLength(1);
  expect(said[0]).toContain('"level":"warn"');
  expect(lines.join()).not.toMatch(/horse|proxy\.school\.test/);
});
