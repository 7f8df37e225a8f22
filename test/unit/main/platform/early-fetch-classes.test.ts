import { ReadableStream } from 'node:stream/web';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { useEarlyFetchClasses } from '../../../../src/main/platform/early-fetch-classes.ts';

const own = [globalThis.Headers, globalThis.Request, globalThis.Response];
let useOwn: () => void;
beforeEach(() => {
  useOwn = useEarlyFetchClasses();
});
afterEach(() => useOwn());

it('a request and a response have what the protocol handler of Electron reads of them', async () => {
  const headers = new Headers({ Range: 'bytes=0-9', Origin: 'null' });
  if (headers.get('origin') === 'null') headers.delete('origin');
  const request = new Request('app://teachify/', { headers, method: 'HEAD' });
  expect([request.url, request.method, request.headers.get('Range'), request.headers.get('origin'), request.signal.aborted]).toEqual(['app://teachify/', 'HEAD', 'bytes=0-9', null, false]);
  const response = new Response(new Uint8Array([1, 2, 3]), { headers: { 'Content-Type': 'text/html', 'content-security-policy': "default-src 'none'" } });
  // It must have these itself, and a stream of this very class.
  expect(['status', 'headers', 'body'].filter((name) => !Object.hasOwn(response, name))).toEqual([]);
  expect(response.body).toBeInstanceOf(ReadableStream);
  expect(Object.fromEntries(response.headers as Iterable<[string, string]>)).toEqual({ 'content-type': 'text/html', 'content-security-policy': "default-src 'none'" });
  const chunks: Uint8Array[] = [];
  for await (const chunk of response.body ?? []) chunks.push(chunk);
  expect([response.status, Buffer.concat(chunks)]).toEqual([200, Buffer.from([1, 2, 3])]);
  expect(new Response(null, { status: 404 })).toMatchObject({ status: 404, body: null });
});

it('Node’s own are back when asked for', () => {
  expect([globalThis.Headers, globalThis.Request, globalThis.Response]).not.toEqual(own);
  useOwn();
  expect([globalThis.Headers, globalThis.Request, globalThis.Response]).toEqual(own);
});
