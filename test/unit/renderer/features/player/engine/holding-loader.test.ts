import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LoaderCallbacks, LoaderContext } from 'hls.js';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createGate, type Gate } from '../../../../../../src/renderer/features/player/engine/gate.ts';
import type { ErrorCode } from '../../../../../../src/shared/errors.ts';
import { createHoldingLoader } from '../../../../../../src/renderer/features/player/engine/holding-loader.ts';

type Callbacks = LoaderCallbacks<LoaderContext>;

let server: Server;
let gate: Gate;
let present: boolean;
const blocked = vi.fn<(code: ErrorCode) => void>();
const passed = vi.fn<() => void>();
const seen: (string | undefined)[] = [];

beforeEach(async () => {
  present = true;
  blocked.mockReset();
  passed.mockReset();
  seen.length = 0;
  gate = createGate({ blocked, passed });
  server = createServer((request, response) => {
    seen.push(request.headers.range);
    if (request.url === '/gone') response.writeHead(404).end();
    else if (present) response.writeHead(200).end('segment');
    else response.writeHead(503, { 'x-teachify-reason': 'offline' }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

function load(path: string, change: Partial<LoaderContext> = {}) {
  const Loader = createHoldingLoader(gate);
  const loader = new Loader();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  const callbacks = {
    onSuccess: vi.fn<Callbacks['onSuccess']>(),
    onError: vi.fn<Callbacks['onError']>(),
    onTimeout: vi.fn<Callbacks['onTimeout']>(),
    onAbort: vi.fn<NonNullable<Callbacks['onAbort']>>(),
  };
  const context = { url, responseType: 'arraybuffer', type: 'media-fragment', ...change } as unknown as LoaderContext;
  loader.load(context, {} as never, callbacks);
  return { loader, callbacks };
}
/** For a busy machine. */
const patience = { timeout: 60_000 };

it('delivers what is there', async () => {
  const { callbacks } = load('/segment', { rangeStart: 10, rangeEnd: 20 });
  await vi.waitFor(() => expect(callbacks.onSuccess).toHaveBeenCalledOnce(), patience);
  expect(new TextDecoder().decode(callbacks.onSuccess.mock.calls[0]?.[0].data as ArrayBuffer)).toBe('segment');
  expect(seen).toEqual(['bytes=10-19']);
});

it('waits for what is not there now, says why, and asks again when the gate opens', async () => {
  present = false;
  const { callbacks } = load('/segment');
  await vi.waitFor(() => expect(blocked).toHaveBeenCalledWith('offline'), patience);
  expect(callbacks.onError).not.toHaveBeenCalled();
  present = true;
  gate.open();
  await vi.waitFor(() => expect(callbacks.onSuccess).toHaveBeenCalledOnce(), patience);
  expect(seen).toHaveLength(2);
});

it('does not miss a gate that opened between the question and the answer', async () => {
  present = false;
  const { callbacks } = load('/segment');
  gate.open();
  present = true;
  await vi.waitFor(() => expect(callbacks.onSuccess).toHaveBeenCalledOnce(), patience);
});

it('can be called off while it waits, and then asks no more', async () => {
  present = false;
  const { loader, callbacks } = load('/segment');
  await vi.waitFor(() => expect(blocked).toHaveBeenCalled(), patience);
  loader.abort();
  present = true;
  gate.open();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(seen).toHaveLength(1);
  expect(callbacks.onAbort).toHaveBeenCalledOnce();
  expect(callbacks.onSuccess).not.toHaveBeenCalled();
  expect(callbacks.onError).not.toHaveBeenCalled();
});

it('passes a failure for good on to hls.js', async () => {
  const { callbacks } = load('/gone');
  await vi.waitFor(() => expect(callbacks.onError).toHaveBeenCalledOnce(), patience);
  expect(callbacks.onError.mock.calls[0]?.[0].code).toBe(404);
});
