import * as oauth from 'oauth4webapi';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serverInfoSchema } from '../../../src/shared/api/auth.ts';
import { fromWire } from '../../../src/shared/api/codec.ts';
import { endpoints } from '../../../src/shared/api/endpoints.ts';
import { startSchoolServer, type SchoolServer } from '../../harness/school-server.ts';
import { people } from '../../harness/tiny-school.ts';

let server: SchoolServer;
let as: oauth.AuthorizationServer;
const client = { client_id: 'teachify-desktop' };
const redirectUri = 'http://127.0.0.1:49152/back';
const insecure = { [oauth.allowInsecureRequests]: true };

beforeAll(async () => {
  server = await startSchoolServer();
  const issuer = new URL(server.url);
  as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure }));
});
afterAll(() => server.close());

/** What an app opens the browser with. */
async function begin(change: Record<string, string> = {}) {
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const challenge = await oauth.calculatePKCECodeChallenge(verifier);
  const query = new URLSearchParams({ response_type: 'code', ...client, redirect_uri: redirectUri, state, code_challenge: challenge, code_challenge_method: 'S256', ...change });
  return { verifier, state, query, url: `${as.authorization_endpoint}?${query.toString()}` };
}

/** The form of the page, filled in. */
function send(query: URLSearchParams, who: { email: string; password: string }) {
  return fetch(String(as.authorization_endpoint), { method: 'POST', redirect: 'manual', body: new URLSearchParams({ ...Object.fromEntries(query), ...who }) });
}

async function signedIn() {
  const begun = await begin();
  const location = (await send(begun.query, people.tea)).headers.get('location') ?? '';
  return { ...begun, callback: oauth.validateAuthResponse(as, client, new URL(location), begun.state) };
}

function exchange(callback: URLSearchParams, verifier: string, redirect = redirectUri) {
  return oauth.authorizationCodeGrantRequest(as, client, oauth.None(), callback, redirect, verifier, { additionalParameters: { device_id: 'laptop' }, ...insecure });
}

describe('signing in with the browser', () => {
  it('is announced to the app, and to any client of OAuth', async () => {
    const info = fromWire(serverInfoSchema, await (await server.anyone.get(endpoints.server())).json());
    expect(info.oauth).toEqual({ authorizationUrl: '/api/auth/authorize', tokenUrl: '/api/auth/oauth/token', clientId: 'teachify-desktop' });
    expect(as.authorization_endpoint).toBe(`${server.url}${info.oauth?.authorizationUrl}`);
  });

  it('a client that is not ours gets through: page, password, code, tokens, and a refresh', async () => {
    const { url, verifier, callback } = await signedIn();
    const page = await fetch(url);
    expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-.*frame-ancestors 'none'; form-action 'self' http:\/\/127.0.0.1:49152$/);
    expect(await page.text()).toContain('Sign in to Tiny school');

    const tokens = await oauth.processAuthorizationCodeResponse(as, client, await exchange(callback, verifier));
    expect(tokens).toMatchObject({ token_type: 'bearer', expires_in: 900, student: { id: 'of-tea' } });
    expect((await server.anyone.get(endpoints.courses(), { authorization: `Bearer ${tokens.access_token}` })).status).toBe(200);
    const { payload } = await jwtVerify(tokens.access_token, createRemoteJWKSet(new URL(String(as.jwks_uri))), { audience: 'teachify-app', currentDate: new Date(server.clock.now()) });
    expect(payload).toMatchObject({ sub: 'of-tea', device: 'laptop' });

    const again = await oauth.processRefreshTokenResponse(as, client, await oauth.refreshTokenGrantRequest(as, client, oauth.None(), String(tokens.refresh_token), insecure));
    expect(again.refresh_token).not.toBe(tokens.refresh_token);
  });

  it('the page speaks Arabic to who reads it, and lets nothing of a request become markup', async () => {
    const { url } = await begin({ state: '"><script>alert(1)</script>' });
    const text = await (await fetch(url, { headers: { 'accept-language': 'ar-EG,en;q=0.5' } })).text();
    expect(text).toContain('dir="rtl"');
    expect(text).not.toContain('<script>');
  });

  it('a wrong password brings the page back, without what was typed, and a guesser is held back', async () => {
    const { query } = await begin();
    const answers = [];
    for (let guess = 0; guess < 11; guess++) answers.push(await send(query, { email: 'guessed-there@school.test', password: `guess-${guess}` }));
    expect(answers.map(({ status }) => status)).toEqual([...Array.from({ length: 10 }, () => 403), 429]);
    expect(Number(answers[10]?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await answers[0]?.text()).not.toContain('guess-0');
  });
});

describe('a code', () => {
  const refusal = async (answer: Response) => ({ status: answer.status, ...((await answer.json()) as object) });
  const invalid = { status: 400, error: 'invalid_grant', code: 'session_expired' };

  it('is good once; used twice, it ends what it opened', async () => {
    const { verifier, callback } = await signedIn();
    const { access_token: token } = await oauth.processAuthorizationCodeResponse(as, client, await exchange(callback, verifier));
    expect(await refusal(await exchange(callback, verifier))).toMatchObject(invalid);
    expect((await server.anyone.get(endpoints.courses(), { authorization: `Bearer ${token}` })).status).toBe(401);
  });

  it('of two that come at once one has it', async () => {
    const { verifier, callback } = await signedIn();
    const answers = await Promise.all([exchange(callback, verifier), exchange(callback, verifier)]);
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
  });

  it('opens nothing without its verifier, at another address, or a minute later', async () => {
    const { verifier, callback } = await signedIn();
    expect(await refusal(await exchange(callback, oauth.generateRandomCodeVerifier()))).toMatchObject(invalid);
    expect(await refusal(await exchange(callback, verifier, 'http://127.0.0.1:49153/back'))).toMatchObject(invalid);
    await server.clock.advance(61_000);
    expect(await refusal(await exchange(callback, verifier))).toMatchObject(invalid);
  });

  it.each([
    ['nothing', ''],
    ['a field twice', 'grant_type=authorization_code&grant_type=refresh_token'],
    ['another grant', 'grant_type=password&username=a&password=b'],
  ])('%s is no request for tokens', async (_, text) => {
    const answer = await fetch(String(as.token_endpoint), { method: 'POST', body: text, headers: { 'content-type': 'application/x-www-form-urlencoded' } });
    expect(await refusal(answer)).toMatchObject({ status: 400, error: 'invalid_request', code: 'bad_request' });
  });
});

describe('the browser is sent', () => {
  it.each([
    ['another client', { client_id: 'elsewhere' }],
    ['a page of someone else', { redirect_uri: 'https://elsewhere.test/back' }],
    ['a name that another machine may answer to', { redirect_uri: 'http://localhost:49152/back' }],
    ['an address that only begins like ours', { redirect_uri: 'http://127.0.0.1:49152@elsewhere.test/' }],
    ['an address of the network', { redirect_uri: 'http://127.0.0.1.elsewhere.test:49152/' }],
    ['an address with a query', { redirect_uri: `${redirectUri}?next=elsewhere` }],
  ])('nowhere for %s', async (_, change) => {
    const answer = await fetch((await begin(change)).url, { redirect: 'manual' });
    expect([answer.status, answer.headers.get('location')]).toEqual([400, null]);
  });

  it.each([
    ['no PKCE', { code_challenge: '' }, 'invalid_request'],
    ['a verifier in clear', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['tokens without a code', { response_type: 'token' }, 'unsupported_response_type'],
  ])('back with the reason for %s', async (_, change, error) => {
    const { url, state } = await begin(change);
    const location = new URL((await fetch(url, { redirect: 'manual' })).headers.get('location') ?? '');
    expect(Object.fromEntries(location.searchParams)).toEqual({ error, state, iss: server.url });
  });
});
