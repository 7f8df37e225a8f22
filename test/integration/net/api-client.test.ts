import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { createApiClient } from '../../../src/core/net/api-client.ts';
import { createGotTransport } from '../../../src/core/net/got-transport.ts';
import { openRawServer, type Fault, type RawServer } from '../../harness/raw-server.ts';

const output = z.object({ lessonCount: z.int() });
const transport = createGotTransport({ userAgent: 'teachify-test' });
let server: RawServer;

beforeEach(async () => {
  server = await openRawServer();
});
afterEach(() => server.close());

const json = (body: unknown, status = 200, headers: Record<string, string> = {}): Fault => ({
  ...{ kind: 'answer', status, body: JSON.stringify(body) },
  headers: { 'content-type': 'application/json', ...headers },
});
const portal: Fault = { kind: 'answer', status: 200, headers: { 'content-type': 'text/html' }, body: '<html><form>Room number</form></html>' };

function client(more: Partial<Parameters<typeof createApiClient>[0]> = {}) {
  return createApiClient({ transport, serverUrl: () => `${server.url}/learn/`, ...more });
}

describe('the API client', () => {
  it('speaks snake_case outside and camelCase inside', async () => {
    server.fault = () => json({ lesson_count: 3 });
    const answer = await client().request({ method: 'POST', path: '/api/x', body: { deviceId: 'd' }, output });
    expect(answer).toEqual({ lessonCount: 3 });
    expect(server.requests[0]).toMatchObject({ method: 'POST', path: '/learn/api/x', body: '{"device_id":"d"}' });
    expect(server.requests[0]?.headers['content-type']).toBe('application/json');
  });

  it.each<[string, Fault, string]>([
    ['a web page with status 200', portal, 'captive_portal'],
    ['a web page without a type', { kind: 'answer', status: 200, body: '\n<!DOCTYPE html><html></html>' }, 'captive_portal'],
    ['a web page with status 401', { ...portal, status: 401 } as Fault, 'captive_portal'],
    ['a web page with status 404', { ...portal, status: 404 } as Fault, 'unexpected_answer'],
    ['a web page with status 413', { ...portal, status: 413 } as Fault, 'payload_too_large'],
    ['a web page with status 502', { ...portal, status: 502 } as Fault, 'server_error'],
    ['status 511', { kind: 'answer', status: 511 }, 'captive_portal'],
    ['JSON of somebody else', json({ hello: 'world' }), 'unexpected_answer'],
    ['no JSON', { kind: 'answer', status: 200, body: 'OK' }, 'unexpected_answer'],
    ['nothing', { kind: 'answer', status: 204 }, 'unexpected_answer'],
    ['not enrolled', json({ error: 'Access denied', code: 'not_enrolled' }, 403), 'not_enrolled'],
    // What a filter in between says of itself ends nobody's session.
    ["a filter's own 401 in JSON", json({ error: 'Log in to the network', code: '401' }, 401), 'unexpected_answer'],
    ["a filter's own 403 in JSON", json({ error: 'Blocked', code: 'category_video' }, 403), 'unexpected_answer'],
    ['the end of the session', json({ error: 'Sign in again', code: 'session_expired' }, 401), 'session_expired'],
    ['a code nobody knows', json({ error: 'Teapot', code: 'teapot' }, 404), 'not_found'],
  ])('%s', async (_, fault, code) => {
    server.fault = () => fault;
    await expect(client().request({ path: '/api/x', output })).rejects.toMatchObject({ code });
  });

  it.each([
    [{ 'retry-after': '12' }, 12],
    [{ 'retry-after': 'Wed, 21 Oct 2026 07:28:30 GMT', date: 'Wed, 21 Oct 2026 07:28:00 GMT' }, 30],
    [{ 'retry-after': 'Wed, 21 Oct 2099 07:28:30 GMT' }, 60],
    [{ 'retry-after': 'Wed, 21 Oct 1999 07:28:30 GMT' }, 0],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'retry-after': '99999999999' }, 3600],
    [{ 'retry-after': 'Wed, 21 Oct 2099 07:28:30 GMT', date: 'Wed, 21 Oct 2026 07:28:00 GMT' }, 3600],
  ])('Retry-After of %j', async (headers, retryAfter) => {
    server.fault = () => json({ error: 'Slow down', code: 'rate_limited' }, 429, headers);
    await expect(client().request({ path: '/api/x', output })).rejects.toMatchObject({ code: 'rate_limited', retryAfter });
  });

  it('asks the school it was meant for, though another is chosen while it waits for its token or a new one', async () => {
    let chosen = `${server.url}/first/`;
    const leave = async (token: string) => {
      await new Promise((resolve) => setImmediate(resolve));
      chosen = `${server.url}/second/`;
      return token;
    };
    const authorisation = { accessToken: () => leave('old'), replaceToken: () => leave('new') };
    server.fault = ({ headers }) =>
      headers['authorization'] === 'Bearer new' ? json({ lesson_count: 1 }) : json({ error: 'Expired', code: 'session_expired' }, 401);
    await client({ authorisation, serverUrl: () => chosen }).request({ method: 'POST', path: '/api/x', body: {}, gzip: true, output, authorised: true });
    expect(server.requests.map(({ path }) => path)).toEqual(['/first/api/x', '/first/api/x']);
  });

  it('replaces a refused token once', async () => {
    const authorisation = { accessToken: async () => 'old', replaceToken: vi.fn(async () => 'new') };
    server.fault = ({ headers }) =>
      headers['authorization'] === 'Bearer new' ? json({ lesson_count: 1 }) : json({ error: 'Expired', code: 'session_expired' }, 401);
    await expect(client({ authorisation }).request({ path: '/api/x', output, authorised: true })).resolves.toEqual({ lessonCount: 1 });
    expect(authorisation.replaceToken).toHaveBeenCalledExactlyOnceWith('old', undefined);
    server.fault = () => json({ error: 'Expired', code: 'session_expired' }, 401);
    await expect(client({ authorisation }).request({ path: '/api/x', output, authorised: true })).rejects.toMatchObject({ code: 'session_expired' });
    expect(authorisation.replaceToken).toHaveBeenCalledTimes(2);
  });

  it('asks nothing in the name of nobody', async () => {
    const authorisation = { accessToken: async () => null, replaceToken: async () => 'new' };
    await expect(client({ authorisation }).request({ path: '/api/x', output, authorised: true })).rejects.toMatchObject({ code: 'signed_out' });
    expect(server.requests).toHaveLength(0);
  });

  it('tells what it saw of the line', async () => {
    const connectivity = { reportSuccess: vi.fn(), reportFailure: vi.fn() };
    server.fault = () => json({ lesson_count: 1 });
    await client({ connectivity }).request({ path: '/api/x', output });
    expect(connectivity.reportSuccess).toHaveBeenCalledOnce();
    server.fault = () => ({ kind: 'reset' });
    await expect(client({ connectivity }).request({ path: '/api/x', output })).rejects.toMatchObject({ code: 'unreachable' });
    expect(connectivity.reportFailure).toHaveBeenCalledOnce();
  });
});
