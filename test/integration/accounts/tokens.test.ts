import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Tokens } from '../../../src/core/accounts/tokens.ts';
import { createApiClient } from '../../../src/core/net/api-client.ts';
import { createGotTransport } from '../../../src/core/net/got-transport.ts';
import { endpoints } from '../../../src/shared/api/endpoints.ts';
import { manualClock } from '../../harness/manual-clock.ts';
import { openRawServer, type RawServer } from '../../harness/raw-server.ts';

const lifeSeconds = 900;
const student = { id: 's1', name: 'A student', email: 'student@school.test' };
/** How many transfers meet the same expiry. */
const workers = 12;

let server: RawServer;
let answer: { status: number; body: string } | null;
let events: string[];
beforeEach(async () => {
  server = await openRawServer();
  answer = null;
  events = [];
  server.otherwise = async ({ path, body }) => {
    if (path !== endpoints.refresh()) return { status: 404, headers: {}, body: Buffer.alloc(0) };
    const { refresh_token: given } = JSON.parse(body) as { refresh_token: string };
    events.push(`asked with ${given}`);
    // Long enough for everybody to ask meanwhile.
    await sleep(50);
    const headers = { 'content-type': 'application/json' };
    if (answer) return { status: answer.status, headers, body: Buffer.from(answer.body) };
    const next = Number(given.slice(1)) + 1;
    return { status: 200, headers, body: Buffer.from(JSON.stringify({ access_token: `a${next}`, refresh_token: `r${next}`, expires_in: lifeSeconds, student })) };
  };
});
afterEach(() => server.close());

function tokens() {
  const clock = manualClock();
  const api = createApiClient({ transport: createGotTransport({ userAgent: 'test' }), serverUrl: () => server.url });
  const held = new Tokens(() => 'r0', {
    ...{ api, clock },
    keep: async (refreshToken) => void events.push(`kept ${refreshToken}`),
    refused: async () => void events.push('refused'),
    unreadable: () => void events.push('unreadable'),
  });
  const all = (ask: () => Promise<string | null>) => Promise.all(Array.from({ length: workers }, ask));
  return { held, clock, all };
}

it('twelve who meet one expiry share one refresh, and the new token is kept before it is used', async () => {
  const { held, clock, all } = tokens();
  expect(await all(() => held.accessToken())).toEqual(Array(workers).fill('a1'));
  expect(events).toEqual(['asked with r0', 'kept r1']);
  await clock.advance(lifeSeconds * 1000);
  expect(await all(() => held.accessToken())).toEqual(Array(workers).fill('a2'));
  expect(events).toEqual(['asked with r0', 'kept r1', 'asked with r1', 'kept r2']);
});

it('twelve who are refused with the same token share one refresh, and who comes late gets the new one', async () => {
  const { held, all } = tokens();
  const old = (await held.accessToken()) ?? '';
  expect(await all(() => held.replaceToken(old))).toEqual(Array(workers).fill('a2'));
  expect(await held.replaceToken(old)).toBe('a2');
  expect(events.filter((event) => event.startsWith('asked'))).toHaveLength(2);
});

it('is refreshed early, and a line that fails then costs nothing while the old one lives', async () => {
  const { held, clock } = tokens();
  await held.accessToken();
  await clock.advance(lifeSeconds * 1000 * 0.79);
  expect(await held.accessToken()).toBe('a1');
  await clock.advance(lifeSeconds * 1000 * 0.02);
  answer = { status: 503, body: '{"error":"busy","code":"server_error"}' };
  expect(await held.accessToken()).toBe('a1');
  answer = null;
  expect(await held.accessToken()).toBe('a2');
});

it('only a real refusal of the school ends the sitting, and it is said once', async () => {
  const { held, clock, all } = tokens();
  await held.accessToken();
  await clock.advance(lifeSeconds * 1000);
  answer = { status: 200, body: '<html>Log in to the network</html>' };
  await expect(held.accessToken()).rejects.toMatchObject({ code: expect.not.stringMatching(/session_expired/) as string });
  expect(held.held).toBe(true);
  answer = { status: 401, body: '{"error":"gone","code":"session_expired"}' };
  await expect(all(() => held.accessToken())).rejects.toMatchObject({ code: 'session_expired' });
  expect(events.filter((event) => event === 'refused')).toHaveLength(1);
  expect(held.held).toBe(false);
});

it("another student's token is never replaced by this one's", async () => {
  const { held } = tokens();
  await expect(held.replaceToken('of somebody else')).rejects.toMatchObject({ code: 'signed_out' });
  expect(events).toEqual([]);
});
