import { connect } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endpoints } from '../../../src/shared/api/endpoints.ts';
import { refusalOf, startSchoolServer, type SchoolServer, type Visitor } from '../../harness/school-server.ts';
import { people } from '../../harness/tiny-school.ts';

let server: SchoolServer;
let student: Visitor;
beforeAll(async () => {
  server = await startSchoolServer();
  student = await server.signIn('tea');
});
afterAll(() => server.close());

/** The status line of something no proper client sends. */
async function raw(request: string): Promise<string> {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  socket.write(request);
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await once(socket, 'close');
  return text;
}

describe('what does not fit', () => {
  it.each([
    ['no JSON', '{"email": "tea@'],
    ['nothing', ''],
    ['a list', '[]'],
    ['null', 'null'],
    ['a poisoned prototype', '{"__proto__": {"role": "admin"}, "email": "a", "password": "b", "device_id": "c"}'],
  ])('%s is refused as a bad request', async (_, body) => {
    expect(await refusalOf(await server.anyone.post(endpoints.token(), body))).toMatchObject({ status: 400, code: 'bad_request' });
  });

  it('says which field does not fit, by its name on the wire, and repeats nothing of what was sent', async () => {
    const { error } = await refusalOf(await server.anyone.post(endpoints.token(), { ...people.tea, device_id: '' }));
    expect(error).toMatch(/^The request does not fit: device_id: /);
    expect(error).not.toContain(people.tea.password);
  });

  it('another type than JSON is refused as a bad request', async () => {
    const answer = await fetch(`${server.url}${endpoints.token()}`, { method: 'POST', body: new URLSearchParams({ email: 'tea@school.test' }) });
    expect(await refusalOf(answer)).toEqual({ status: 415, error: 'The request does not fit', code: 'bad_request' });
  });

  it('a body beyond any true one is refused without being read to its end', async () => {
    const huge = JSON.stringify({ ...people.tea, device_id: 'x'.repeat(100_000) });
    expect(await refusalOf(await server.anyone.post(endpoints.token(), huge))).toEqual({
      status: 413,
      error: 'The request is too large',
      code: 'payload_too_large',
    });
    expect(await refusalOf(await student.post(endpoints.progressBatches(), ' '.repeat(4 * 1024 * 1024 + 1)))).toMatchObject({ status: 413 });
  });

  it('a cursor that is no number is refused', async () => {
    for (const since of ['soon', '-1', '1.5']) {
      expect(await refusalOf(await student.get(`${endpoints.progress()}?since=${since}`))).toMatchObject({ status: 400, code: 'bad_request' });
    }
  });

  it.each(['/api/nothing', '/', '/api/lessons/making-tea/secret.txt', '/api/lessons/making-tea/playlist_1080p.m3u8', `/api/lessons/making-tea/keys/${'k'.repeat(40)}`])(
    '%s is not found, and no cache remembers that',
    async (path) => {
      const answer = await student.get(path);
      expect(await refusalOf(answer)).toMatchObject({ status: 404, code: 'not_found' });
      expect(answer.headers.get('cache-control')).toBe('no-store');
    },
  );

  it('an address that is no address is refused in the same form', async () => {
    expect(await refusalOf(await student.get('/media/%zz'))).toEqual({ status: 400, error: 'The request does not fit', code: 'bad_request' });
  });

  it('a lesson whose name is an attempt opens nothing', async () => {
    for (const name of ["x' or 1=1 --", '../making-tea', 'making-tea%00']) {
      expect([name, await refusalOf(await student.get(endpoints.lesson(name)))]).toEqual([name, { status: 403, error: 'Access denied', code: 'not_enrolled' }]);
    }
    expect(await refusalOf(await student.get(endpoints.lesson('x'.repeat(300))))).toMatchObject({ status: 414, code: 'bad_request' });
  });

  it('bytes that are not HTTP end the connection, and the next visitor is served', async () => {
    const told = (status: number) => new RegExp(`^HTTP/1.1 ${status} [^]*\r\n\r\n\\{"error":"[^"]+","code":"bad_request"\\}$`);
    expect(await raw('\x16\x03\x01\x02 hello\r\n\r\n')).toMatch(told(400));
    expect(await raw(`GET /api/courses HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(40_000)}\r\n\r\n`)).toMatch(told(431));
    expect((await student.get(endpoints.courses())).status).toBe(200);
  });
});
