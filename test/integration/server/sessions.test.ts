import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inside, schoolClient, signIn } from '../../harness/school-client.ts';
import { openSchool, type SchoolInProcess } from '../../harness/school-in-process.ts';

let school: SchoolInProcess;
beforeAll(async () => {
  school = await openSchool();
});
afterAll(async () => {
  await school.close();
  await rm(school.folder, { recursive: true, force: true });
});

const refresh = (token: string) => schoolClient(school.url).post('/api/auth/refresh', { refresh_token: token });

describe('signing in', () => {
  it('says who it is before anyone signs in, with the key it signs by and the demo student', async () => {
    const answer = await schoolClient(school.url).ask('/api/server');
    expect(answer.json()).toMatchObject({ service: 'teachify', name: 'Tiny school', demo: inside, signing_key: { kty: 'OKP', crv: 'Ed25519' } });
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it('gives an access token for a quarter of an hour and tells the student', async () => {
    const answer = await schoolClient(school.url).post('/api/auth/token', { ...inside, device_id: 'd' });
    expect(answer.json()).toMatchObject({ expires_in: 900, student: { id: 'inside', name: 'Inside', email: inside.email } });
    expect(answer.text).not.toContain('argon2');
  });

  it.each([
    ['a wrong password', { ...inside, password: 'wrong', device_id: 'd' }],
    ['a person who is not there', { email: 'nobody@school.example', password: 'wrong', device_id: 'd' }],
  ])('answers %s with the same 401', async (_, body) => {
    const answer = await schoolClient(school.url).post('/api/auth/token', body);
    expect(answer.status).toBe(401);
    expect(answer.json()).toEqual({ error: 'E-mail or password is wrong', code: 'wrong_credentials' });
  });

  it('holds back who guesses at one account, says for how long, and leaves others alone', async () => {
    const guess = () => schoolClient(school.url).post('/api/auth/token', { email: 'guessed@school.example', password: 'x', device_id: 'd' });
    const answers = await Promise.all(Array.from({ length: 14 }, guess));
    const held = answers.filter(({ status }) => status === 429);
    expect(held.length).toBe(4);
    expect(held[0]?.json()).toEqual({ error: 'Too many attempts to sign in', code: 'rate_limited' });
    expect(Number(held[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
    await expect(signIn(school.url, inside)).resolves.toBeDefined();
  });

  it.each([
    ['no JSON', 'not json'],
    ['a list', '[]'],
    ['a missing password', '{"email":"a@b.example","device_id":"d"}'],
    ['a password of a megabyte', JSON.stringify({ email: 'a@b.example', device_id: 'd', password: 'x'.repeat(1_000_000) })],
  ])('answers %s with a clear refusal', async (_, body) => {
    const answer = await schoolClient(school.url).ask('/api/auth/token', { method: 'POST', body, headers: { 'content-type': 'application/json' } });
    expect([400, 413]).toContain(answer.status);
    expect(['bad_request', 'payload_too_large']).toContain(answer.json()['code']);
  });
});

describe('staying signed in', () => {
  it('renews with the newest refresh token, again and again', async () => {
    let token = (await signIn(school.url, inside)).refresh_token;
    for (let round = 0; round < 3; round++) {
      const answer = await refresh(token);
      expect(answer.status).toBe(200);
      const next = answer.json<{ refresh_token: string }>().refresh_token;
      expect(next).not.toBe(token);
      token = next;
    }
  });

  it('forgives a client that lost the answer to its renewal', async () => {
    const { refresh_token: token } = await signIn(school.url, inside);
    await refresh(token);
    school.passTime(5_000);
    expect((await refresh(token)).status).toBe(200);
  });

  it('closes a sign-in whose old token comes back later, for the thief and for the student', async () => {
    const { refresh_token: stolen } = await signIn(school.url, inside);
    const { refresh_token: current } = (await refresh(stolen)).json<{ refresh_token: string }>();
    school.passTime(60_000);
    for (const token of [stolen, current]) {
      const answer = await refresh(token);
      expect(answer.status).toBe(401);
      expect(answer.json()['code']).toBe('session_expired');
    }
  });

  it('ends with signing out', async () => {
    const { refresh_token: token } = await signIn(school.url, inside);
    expect((await schoolClient(school.url).post('/api/auth/sign-out', { refresh_token: token })).status).toBe(204);
    expect((await refresh(token)).status).toBe(401);
  });

  it('lets an access token run out after its quarter of an hour, and a refresh token after ninety days', async () => {
    const { client, refresh_token: token } = await signIn(school.url, inside);
    expect((await client.ask('/api/courses')).status).toBe(200);
    school.passTime(15 * 60_000 + 1000);
    const late = await client.ask('/api/courses');
    expect(late.status).toBe(401);
    expect(late.headers.get('www-authenticate')).toBe('Bearer');
    expect(late.json()['code']).toBe('session_expired');
    school.passTime(90 * 24 * 3_600_000);
    expect((await refresh(token)).status).toBe(401);
  });

  it.each([
    ['none', ''],
    ['nonsense', 'x'.repeat(40)],
    ['one signed by nobody', 'eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.eyJzdWIiOiJpbnNpZGUifQ.'],
  ])('takes no token for what needs one: %s', async (_, token) => {
    expect((await schoolClient(school.url, token || undefined).ask('/api/courses')).status).toBe(401);
  });
});
