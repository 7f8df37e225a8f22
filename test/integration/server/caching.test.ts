import { afterAll, beforeAll, expect, it } from 'vitest';
import { endpoints } from '../../../src/shared/api/endpoints.ts';
import { startSchoolServer, type SchoolServer, type Visitor } from '../../harness/school-server.ts';

let server: SchoolServer;
let student: Visitor;
beforeAll(async () => {
  server = await startSchoolServer();
  student = await server.signIn('both');
});
afterAll(() => server.close());

it('a student behind a proxy that weakens tags still pays a few bytes for what has not changed', async () => {
  const { poster_url: poster } = (await (await student.get(endpoints.lesson('making-tea'))).json()) as { poster_url: string };
  for (const path of [endpoints.courses(), endpoints.course('tea'), endpoints.lesson('making-tea'), poster]) {
    const first = await student.get(path);
    await first.arrayBuffer();
    const again = await student.get(path, { 'if-none-match': `"another", W/${first.headers.get('etag')}` });
    expect([path, again.status, (await again.arrayBuffer()).byteLength]).toEqual([path, 304, 0]);
  }
});

it('a weak tag is no reason to continue a file', async () => {
  const { poster_url: poster } = (await (await student.get(endpoints.lesson('making-tea'))).json()) as { poster_url: string };
  const etag = (await student.head(poster)).headers.get('etag') ?? '';
  const statusFor = async (ifRange: string) => (await student.get(poster, { range: 'bytes=0-9', 'if-range': ifRange })).status;
  expect([await statusFor(etag), await statusFor(`W/${etag}`), await statusFor('Mon, 23 Nov 2026 00:00:00 GMT')]).toEqual([206, 200, 200]);
});

it('a poster says what it is, and nobody is asked to guess', async () => {
  const { poster_url: poster } = (await (await student.get(endpoints.lesson('making-tea'))).json()) as { poster_url: string };
  const answer = await server.anyone.get(poster);
  expect([answer.headers.get('content-type'), answer.headers.get('x-content-type-options')]).toEqual(['image/jpeg', 'nosniff']);
});

it('one listing is not another student’s', async () => {
  const { headers } = await student.get(endpoints.courses());
  expect(headers.get('cache-control')).toBe('private, no-cache');
  const other = await server.signIn('tea');
  expect((await other.get(endpoints.courses(), { 'if-none-match': headers.get('etag') ?? '' })).status).toBe(200);
});
