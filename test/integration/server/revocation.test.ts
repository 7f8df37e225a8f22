import { afterAll, beforeAll, expect, it } from 'vitest';
import { endpoints } from '../../../src/shared/api/endpoints.ts';
import { refusalOf, startSchoolServer, type SchoolServer, type Visitor } from '../../harness/school-server.ts';

let server: SchoolServer;
beforeAll(async () => void (server = await startSchoolServer()));
afterAll(() => server.close());

const refresh = (visitor: Visitor) => server.anyone.post(endpoints.refresh(), { refresh_token: visitor.tokens?.refreshToken });
const everyRoute = [endpoints.courses(), endpoints.lesson('making-tea'), endpoints.manifest('making-tea'), endpoints.playlist('making-tea', 'playlist.m3u8')];

it('who signs out is out at once on that computer, and stays signed in on the other', async () => {
  const [left, kept] = [await server.signIn('tea', 'left'), await server.signIn('tea', 'kept')];
  await server.anyone.post(endpoints.signOut(), { refresh_token: left.tokens?.refreshToken });
  for (const path of everyRoute) {
    expect([path, await refusalOf(await left.get(path))]).toMatchObject([path, { status: 401, code: 'session_expired' }]);
    expect([path, (await kept.get(path)).status]).toEqual([path, 200]);
  }
});

it('a token of a sign-in that was closed for safety opens nothing either', async () => {
  const stolen = await server.signIn('tea', 'stolen');
  const successor = (await (await refresh(stolen)).json()) as { access_token: string; refresh_token: string };
  await server.anyone.post(endpoints.refresh(), { refresh_token: successor.refresh_token });
  server.clock.advance(11_000);
  expect((await refresh(stolen)).status).toBe(401);
  const asks = [stolen.tokens?.accessToken, successor.access_token].map((token) => server.anyone.get(endpoints.courses(), { authorization: `Bearer ${token}` }));
  expect((await Promise.all(asks)).map(({ status }) => status)).toEqual([401, 401]);
});

it('of sixty sign-ins at once from one address none is refused for the others’ sake', async () => {
  const statuses = await Promise.all(Array.from({ length: 60 }, async (_, seat) => {
    const answer = await server.anyone.post(endpoints.token(), { email: `seat-${seat}@school.test`, password: 'not theirs', device_id: `seat-${seat}` });
    return answer.status;
  }));
  // Nobody of these is known to the school: 401 says that the password was looked at, 429 would say that it was not.
  expect(new Set(statuses)).toEqual(new Set([401]));
});
