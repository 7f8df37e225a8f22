import { importJWK, SignJWT, type JWTPayload } from 'jose';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createApp } from '../../../src/server/app.ts';
import { routeDescriptions } from '../../../src/server/openapi/descriptions.ts';
import type { ApiDocument } from '../../../src/server/openapi/document.ts';
import type { RouteDescription } from '../../../src/server/openapi/route-description.ts';
import { errorCodes } from '../../../src/shared/errors.ts';
import { schoolClient, type Answer, type SchoolClient } from '../../harness/school-client.ts';
import { startSchoolServer, type SchoolServer } from '../../harness/school-server.ts';
import { everyRow, signInAs } from '../../harness/staff.ts';
import { fc } from '../../harness/same-cases.ts';

let school: SchoolServer;
let document: ApiDocument;
let token: string;
let stranger: SchoolClient;
let teacher: SchoolClient;
let admin: SchoolClient;

beforeAll(async () => {
  school = await startSchoolServer();
  stranger = await signInAs(school, 'student', 'letters');
  teacher = await signInAs(school, 'teacher', 'tea');
  admin = await signInAs(school, 'admin', 'both');
  token = (await school.signIn('tea', 'forged')).tokens?.accessToken ?? '';
  document = (await schoolClient(school.url).ask('/openapi.json')).json<ApiDocument>();
});
afterAll(() => school.close());

/** What there is in the tiny school, for the places of a path. */
const ids: Record<string, string> = { lessonId: 'making-tea', courseId: 'tea', personId: 'of-tea', classId: '7b', jobId: 'a-job', uploadId: '00000000-0000-4000-8000-000000000000', keyId: 'a-key', name: 'playlist.m3u8', sha256: 'a'.repeat(64), part: '0-1.m4s' };
const filled = (path: string, values = ids) => path.replace(/:(\w+)/g, (_, name: string) => values[name] ?? '');
const nameOf = ({ method, path }: RouteDescription) => `${method} ${path}`;
const guarded = routeDescriptions.filter(({ access }) => access !== 'anyone');

function ask(client: SchoolClient, { method, path, body, example }: RouteDescription, headers: Record<string, string> = {}): Promise<Answer> {
  const type = typeof body === 'string' ? body : body ? 'application/json' : undefined;
  const sent = body === undefined || body === null ? undefined : typeof body === 'string' ? '' : JSON.stringify(example ?? {});
  return client.ask(filled(path), { method, headers: { ...(type && sent !== undefined ? { 'content-type': type } : {}), 'tus-resumable': '1.0.0', ...headers }, ...(sent === undefined ? {} : { body: sent }) });
}

describe('the description', () => {
  it('holds every route that is served, and no other', async () => {
    const app = await createApp({} as never, { logLevel: 'silent', trustProxy: undefined });
    await app.ready();
    const served = app.routeList.map(({ method, url }) => `${method} ${url}`);
    const isHeadOfGet = (route: string) => route.startsWith('HEAD ') && served.includes(route.replace('HEAD ', 'GET '));
    await app.close();
    expect(routeDescriptions.map(nameOf).toSorted()).toEqual(served.filter((route) => !isHeadOfGet(route)).toSorted());
  });

  it('is one page for people, without a script, and nothing in it comes from elsewhere', async () => {
    const { text, headers } = await schoolClient(school.url).ask('/api');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    for (const { summary } of routeDescriptions) expect(text).toContain(summary.replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`));
    expect(text).not.toMatch(/<script|https?:\/\/(?!.*json-schema)/);
  });

  it.each([
    ['/api/server', '/api/server', () => schoolClient(school.url)],
    ['/api/courses', '/api/courses', () => teacher],
    ['/api/courses/{courseId}', '/api/courses/tea', () => teacher],
    ['/api/changes', '/api/changes', () => teacher],
    ['/api/lessons/{lessonId}', '/api/lessons/making-tea', () => teacher],
    ['/api/lessons/{lessonId}/manifest', '/api/lessons/making-tea/manifest', () => teacher],
    ['/api/leases', '/api/leases', () => teacher],
    ['/api/progress', '/api/progress', () => teacher],
    ['/api/teaching/courses/{courseId}', '/api/teaching/courses/tea', () => teacher],
    ['/api/school/courses', '/api/school/courses', () => teacher],
    ['/api/school/courses/{courseId}', '/api/school/courses/tea', () => teacher],
    ['/api/school/courses/{courseId}/enrolments', '/api/school/courses/tea/enrolments', () => teacher],
    ['/api/school/people', '/api/school/people', () => admin],
    ['/api/school/classes', '/api/school/classes', () => admin],
    ['/api/school/audit', '/api/school/audit', () => admin],
  ])('an answer of %s is as described', async (path, url, who) => {
    const described = document.paths[path]?.['get']?.responses['200']?.['content'] as Record<string, { schema: Parameters<typeof z.fromJSONSchema>[0] }>;
    const schema = described['application/json']?.schema ?? false;
    const answer = await who().ask(url);
    const told = answer.json();
    expect(answer.status).toBe(200);
    expect(z.fromJSONSchema(schema).safeParse(told).error).toBeUndefined();
    // And would notice if it were not.
    expect(z.fromJSONSchema(schema).safeParse({ ...Object.fromEntries(Object.keys(told).map((key) => [key, Symbol('none')])) }).success).toBe(false);
  });
});

/** A token as the school would make it, but for what is changed. */
async function forge(change: JWTPayload & { kid?: string; typ?: string; audience?: string }): Promise<string> {
  const { access: [key] } = JSON.parse(readFileSync(join(school.folder, 'keys.json'), 'utf8')) as { access: { kty: 'OKP'; crv: 'Ed25519'; x: string; d: string; kid: string }[] };
  if (!key) throw new Error('No key');
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as JWTPayload;
  const { kid = key.kid, typ = 'at+jwt', ...payload } = change;
  return new SignJWT({ ...claims, ...payload }).setProtectedHeader({ alg: 'EdDSA', kid, typ }).sign(await importJWK({ kty: key.kty, crv: key.crv, x: key.x, d: key.d }, 'EdDSA'));
}

describe('a token', () => {
  it('as forged here opens what it should, so that the refusals below are for what is changed', async () => {
    expect((await schoolClient(school.url, await forge({})).ask('/api/courses')).status).toBe(200);
  });

  const seconds = () => Math.floor(school.clock.now() / 1000);
  const [head, payload, mark] = [() => token.split('.')[0], () => token.split('.')[1], () => token.split('.')[2]];
  const forgeries: Record<string, () => Promise<string | undefined>> = {
    'none at all': async () => undefined,
    'one that has ended': () => forge({ exp: seconds() - 1 }),
    'one that never ends': () => forge({ exp: undefined as never }),
    'one for someone else to read': () => forge({ aud: 'another-app' }),
    'one of another school': () => forge({ iss: 'another-school' }),
    'one by a key nobody knows': () => forge({ kid: 'unknown' }),
    'a signed thing of another kind': () => forge({ typ: 'teachify-lease' }),
    'one of nobody': () => forge({ sub: 'nobody' }),
    'one that was tampered with': async () => `${head()}.${Buffer.from(Buffer.from(payload() ?? '', 'base64url').toString().replace('"of-tea"', '"of-both"')).toString('base64url')}.${mark()}`,
    'one without a signature': async () => `${Buffer.from(JSON.stringify({ alg: 'none', typ: 'at+jwt' })).toString('base64url')}.${payload()}.`,
    'one whose signature lacks a piece': async () => token.slice(0, -4),
    'no token but words': async () => 'let-me-in-please-it-is-late-already',
  };

  it.each(Object.keys(forgeries))('%s is refused by every route there is, and nothing is written', async (kind) => {
    const forged = schoolClient(school.url, await forgeries[kind]?.());
    const before = await everyRow(school);
    for (const route of guarded) {
      const answer = await ask(forged, route);
      const told = route.method === 'HEAD' ? { code: 'session_expired' } : answer.json();
      expect([nameOf(route), answer.status, told]).toMatchObject([nameOf(route), 401, { code: 'session_expired' }]);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    }
    expect(await everyRow(school)).toBe(before);
  });
});

describe('someone else', () => {
  const strangers: Record<string, { who: () => SchoolClient; routes: readonly RouteDescription[]; codes: readonly string[] }> = {
    'a student of another course': { who: () => stranger, routes: guarded.filter(({ access }) => access !== 'person'), codes: ['not_enrolled', 'forbidden'] },
    'a teacher of another course': { who: () => teacher, routes: guarded.filter(({ access }) => access === 'teaches' || access === 'enrolled'), codes: ['not_enrolled'] },
    'a teacher who is no admin': { who: () => teacher, routes: guarded.filter(({ access }) => access === 'admin'), codes: ['forbidden'] },
  };
  it.each(Object.keys(strangers))('%s is refused by every route that is not for them, and nothing is written', async (kind) => {
    const { who, routes, codes } = strangers[kind] ?? { who: () => stranger, routes: [], codes: [] };
    expect(routes.length).toBeGreaterThan(5);
    const elsewhere = kind === 'a teacher of another course' ? { ...ids, courseId: 'letters', lessonId: 'capital-letters' } : ids;
    const before = await everyRow(school);
    for (const route of routes) {
      const answer = await ask(who(), { ...route, path: filled(route.path, elsewhere) });
      expect([nameOf(route), answer.status]).toEqual([nameOf(route), 403]);
      if (route.method !== 'HEAD') expect(codes).toContain(answer.json<{ code: string }>().code);
    }
    expect(await everyRow(school)).toBe(before);
  });
});

describe('someone else who sends what does not fit', () => {
  it('is told that it is not for them, and not what is wrong with it', async () => {
    for (const route of guarded.filter(({ access, body }) => (access === 'teaches' || access === 'admin') && typeof body === 'object' && body !== null)) {
      const answer = await stranger.ask(filled(route.path), { method: route.method, body: '{"nothing": "of the kind"}', headers: { 'content-type': 'application/json' } });
      expect([nameOf(route), answer.status]).toEqual([nameOf(route), 403]);
    }
  });
});

describe('what does not fit', () => {
  /** Refused, in the form of every refusal; never an error of the server's own. */
  const expectRefusal = (route: RouteDescription, answer: Answer, what: unknown) => {
    const isRefusal = answer.status >= 400 && answer.status < 500;
    const isToldAsOne = route.method === 'HEAD' || route.path === '/api/auth/authorize' || errorCodes.includes(answer.json<{ code: (typeof errorCodes)[number] }>().code);
    expect([nameOf(route), what, answer.status, answer.text, isRefusal && isToldAsOne]).toEqual([nameOf(route), what, answer.status, answer.text, true]);
  };
  const withBody = routeDescriptions.filter(({ body, method }) => body !== undefined && method !== 'HEAD');
  const send = (route: RouteDescription, text: string, type = typeof route.body === 'string' ? route.body : 'application/json') =>
    (route.access === 'teaches' || route.access === 'enrolled' ? teacher : admin).ask(filled(route.path), { method: route.method, body: text, headers: { 'content-type': type } });

  it.each(withBody.map((route) => [nameOf(route), route] as const))('%s takes no body of a wrong shape, size or type', async (_, route) => {
    const before = await everyRow(school);
    await fc.assert(fc.asyncProperty(fc.json({ maxDepth: 2 }), async (text) => expectRefusal(route, await send(route, text), text)), { numRuns: 4 });
    for (const text of ['', '{', '{"__proto__": {"role": "admin"}}', '[[[[]]]]', '\u0000', `{"id": ${'9'.repeat(400)}}`]) expectRefusal(route, await send(route, text), text);
    expectRefusal(route, await send(route, '<a/>', 'application/xml'), 'xml');
    const large = route.path.startsWith('/api/progress/') && route.method === 'POST' ? 33 : 3;
    const answer = await send(route, `{"x": "${'x'.repeat(large * 1024 * 1024)}"}`).catch(() => null);
    // A server that hangs up on what is too large has refused it as well.
    // Bytes of an upload are not gathered, so they have no limit: what they are for is asked first.
    const isStream = route.body === 'application/offset+octet-stream';
    if (answer) expect([nameOf(route), answer.status]).toEqual([nameOf(route), isStream ? 404 : 413]);
    expect(await everyRow(school)).toBe(before);
  });

  const tricks = ['..%2f..%2fkeys.json', '%2e%2e', '%00', '%ff', "x'%20or%201=1%20--", 'x'.repeat(300), '%F0%9F%92%A9', '$where', '-1', ' '.repeat(3)];
  const withPlaces = routeDescriptions.filter(({ path }) => path.includes(':'));
  it('no place of a path takes a trick', async () => {
    const before = await everyRow(school);
    for (const route of withPlaces) {
      for (const trick of tricks) {
        const values = Object.fromEntries(Object.keys(ids).map((name) => [name, trick]));
        const answer = await ask(admin, { ...route, path: filled(route.path, values) });
        expectRefusal(route, answer, trick);
        expect(answer.text).not.toContain('"access":');
      }
    }
    expect(await everyRow(school)).toBe(before);
  });
});
