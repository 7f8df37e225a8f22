import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serverInfoSchema, tokenResponseSchema } from '../../../src/shared/api/auth.ts';
import { openStore } from '../../../src/server/store/database.ts';
import { fromWire } from '../../../src/shared/api/codec.ts';
import { endpoints } from '../../../src/shared/api/endpoints.ts';
import { refusalOf, startSchoolServer, type SchoolServer } from '../../harness/school-server.ts';
import { people } from '../../harness/tiny-school.ts';

let server: SchoolServer;
beforeAll(async () => void (server = await startSchoolServer()));
afterAll(() => server.close());

const refresh = (refreshToken: string | undefined) => server.anyone.post(endpoints.refresh(), { refresh_token: refreshToken });
const tokensIn = async (answer: Response) => fromWire(tokenResponseSchema, await answer.json());
const wait = (seconds: number) => server.clock.advance(seconds * 1000);

/** What was written down since: who, what, to which. */
async function audited(since: number): Promise<string[][]> {
  const store = await openStore(server.database);
  const rows = await store.selectFrom('audit').selectAll().where('at', '>=', since).orderBy('at').execute().finally(() => store.destroy());
  return rows.map(({ actor, action, target, details }) => [actor, action, target, details]);
}

describe('before anyone signs in', () => {
  it('the school says who it is, which key it signs with and whose credentials it offers', async () => {
    const answer = await server.anyone.get(endpoints.server());
    const info = fromWire(serverInfoSchema, await answer.json());
    expect(info).toMatchObject({ service: 'teachify', name: 'Tiny school', time: server.clock.now(), demo: people.both });
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it('nothing of the school is told', async () => {
    for (const path of [endpoints.courses(), endpoints.course('tea'), endpoints.lesson('making-tea'), endpoints.manifest('making-tea'), endpoints.progress()]) {
      const answer = await server.anyone.get(path);
      expect([path, await refusalOf(answer)]).toEqual([path, { status: 401, error: 'Sign in first', code: 'session_expired' }]);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    }
  });

  it('a token that the school did not sign opens nothing', async () => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = { sub: 'of-tea', iss: 'teachify', aud: 'teachify-app', exp: 4_000_000_000 };
    const unsigned = `${part({ alg: 'none', typ: 'at+jwt' })}.${part(claims)}.`;
    const forged = `${part({ alg: 'HS256', typ: 'at+jwt' })}.${part(claims)}.${Buffer.alloc(32).toString('base64url')}`;
    for (const token of [unsigned, forged, 'x'.repeat(40)]) {
      const answer = await server.anyone.get(endpoints.courses(), { authorization: `Bearer ${token}` });
      expect(await refusalOf(answer)).toMatchObject({ status: 401, code: 'session_expired' });
    }
  });
});

describe('signing in', () => {
  it('gives tokens that no cache keeps, for an address however it is written', async () => {
    const answer = await server.anyone.post(endpoints.token(), { ...people.tea, email: ' Tea@School.test ', device_id: 'laptop' });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await tokensIn(answer)).toMatchObject({ expiresIn: 900, student: { id: 'of-tea', name: 'Student of tea', email: 'tea@school.test' } });
  });

  it('is written down, and so is being refused, without what was typed', async () => {
    await wait(1);
    const since = server.clock.now();
    await server.anyone.post(endpoints.token(), { ...people.tea, device_id: 'laptop' });
    await wait(1);
    for (const email of [people.tea.email, 'a-password-in-the-wrong-field']) {
      await wait(1);
      await server.anyone.post(endpoints.token(), { email, password: 'guess', device_id: 'laptop' });
    }
    expect(await audited(since)).toEqual([
      ['of-tea', 'sign-in', 'laptop', '{"address":"127.0.0.1"}'],
      ['nobody', 'sign-in.refused', 'of-tea', '{"address":"127.0.0.1"}'],
      ['nobody', 'sign-in.refused', '', '{"address":"127.0.0.1"}'],
    ]);
  });

  it('a wrong password and a stranger get the same answer', async () => {
    for (const email of [people.tea.email, 'nobody@school.test']) {
      const answer = await server.anyone.post(endpoints.token(), { email, password: 'guess', device_id: 'laptop' });
      expect(await refusalOf(answer)).toEqual({ status: 401, error: 'E-mail or password is wrong', code: 'wrong_credentials' });
    }
  });

  it('someone who guesses at one account is held back there, and the others sign in meanwhile', async () => {
    const guess = () => server.anyone.post(endpoints.token(), { email: 'Guessed@school.test', password: 'guess', device_id: 'laptop' });
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 10; attempt++) statuses.push((await guess()).status);
    expect(statuses).toEqual(Array.from({ length: 10 }, () => 401));
    const answer = await guess();
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refusalOf(answer)).toEqual({ status: 429, error: 'Too many attempts to sign in', code: 'rate_limited' });
    expect((await server.signIn('letters')).tokens).not.toBeNull();
  });
});

describe('staying signed in', () => {
  it('an access token ends after a quarter of an hour, and the refresh token gives another', async () => {
    const student = await server.signIn('tea');
    await wait(14 * 60);
    expect((await student.get(endpoints.courses())).status).toBe(200);
    await wait(2 * 60);
    expect(await refusalOf(await student.get(endpoints.courses()))).toMatchObject({ status: 401, code: 'session_expired' });
    const { accessToken, refreshToken } = await tokensIn(await refresh(student.tokens?.refreshToken));
    expect(refreshToken).not.toBe(student.tokens?.refreshToken);
    expect((await server.anyone.get(endpoints.courses(), { authorization: `Bearer ${accessToken}` })).status).toBe(200);
  });

  it('an app that crashed between rotation and write may use the old token once more, for ten seconds', async () => {
    const old = (await server.signIn('tea')).tokens?.refreshToken;
    await tokensIn(await refresh(old));
    await wait(5);
    const second = await tokensIn(await refresh(old));
    await wait(60);
    expect((await refresh(second.refreshToken)).status).toBe(200);
  });

  it('an app that never got the answer, for the line was cut or the lid closed, asks again with the old token a day later', async () => {
    const old = (await server.signIn('tea')).tokens?.refreshToken;
    const { refreshToken: neverArrived } = await tokensIn(await refresh(old));
    await wait(24 * 3600);
    await tokensIn(await refresh(old));
    await wait(3600);
    const third = await tokensIn(await refresh(old));
    await wait(60);
    expect((await refresh(third.refreshToken)).status).toBe(200);
    expect(await refusalOf(await refresh(neverArrived))).toMatchObject({ status: 401, code: 'session_expired' });
    expect(await refusalOf(await refresh(old))).toMatchObject({ status: 401, code: 'session_expired' });
  });

  it('a spent token that comes back when its successor was used closes the whole sign-in, and no other', async () => {
    const stolen = (await server.signIn('tea', 'stolen')).tokens?.refreshToken;
    const other = await server.signIn('tea', 'other');
    const successor = await tokensIn(await refresh(stolen));
    const { refreshToken } = await tokensIn(await refresh(successor.refreshToken));
    await wait(11);
    expect(await refusalOf(await refresh(stolen))).toEqual({
      status: 401,
      error: 'This sign-in was used twice and is closed for safety',
      code: 'session_expired',
    });
    expect(await refusalOf(await refresh(refreshToken))).toMatchObject({ status: 401, code: 'session_expired' });
    expect((await refresh(other.tokens?.refreshToken)).status).toBe(200);
    expect((await audited(server.clock.now())).filter(([, action]) => action !== 'sign-in')).toEqual([['of-tea', 'sign-in.closed', 'stolen', '{"why":"a refresh token was used twice"}']]);
  });

  it('a thief who asks first is found out when the owner asks', async () => {
    const stolen = (await server.signIn('tea', 'stolen')).tokens?.refreshToken;
    const owner = await tokensIn(await refresh(stolen));
    await wait(11);
    const thief = await tokensIn(await refresh(stolen));
    expect(await refusalOf(await refresh(owner.refreshToken))).toMatchObject({ status: 401, code: 'session_expired' });
    expect(await refusalOf(await refresh(thief.refreshToken))).toMatchObject({ status: 401, code: 'session_expired' });
  });

  it('a refresh token ends after ninety days without use', async () => {
    const { tokens } = await server.signIn('letters');
    await wait(90 * 24 * 3600 + 1);
    expect(await refusalOf(await refresh(tokens?.refreshToken))).toEqual({ status: 401, error: 'Sign in again', code: 'session_expired' });
  });

  it('signing out ends the session, also when done twice or with an unknown token', async () => {
    await wait(1);
    const { tokens } = await server.signIn('letters');
    for (const token of [tokens?.refreshToken, 'never-given']) {
      expect((await server.anyone.post(endpoints.signOut(), { refresh_token: token })).status).toBe(204);
    }
    expect(await refusalOf(await refresh(tokens?.refreshToken))).toMatchObject({ status: 401, code: 'session_expired' });
    expect((await audited(server.clock.now())).map(([actor, action, target]) => [actor, action, target]).toSorted()).toEqual([['of-letters', 'sign-in', 'device-of-letters'], ['of-letters', 'sign-out', 'device-of-letters']]);
    expect((await server.anyone.post(endpoints.signOut(), { refresh_token: tokens?.refreshToken })).status).toBe(204);
  });

  it('the scheme may be written in any case (RFC 9110 11.1)', async () => {
    const { tokens } = await server.signIn('letters');
    for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
      expect((await server.anyone.get(endpoints.courses(), { authorization: `${scheme} ${tokens?.accessToken}` })).status).toBe(200);
    }
  });
});
