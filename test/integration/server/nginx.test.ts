import { createHash } from 'node:crypto';
import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer, type RunningServer } from '../../../src/server/compose.ts';
import { readOptions } from '../../../src/server/options.ts';
import { openStore } from '../../../src/server/store/database.ts';
import { startNginx, type Nginx } from '../../harness/nginx.ts';
import { schoolClient, type SchoolClient } from '../../harness/school-client.ts';
import { mediaHttpContract } from '../../harness/storage/media-http-contract.ts';
import { lastingFolder } from '../../harness/temporary-folder.ts';
import { encodeTinySchool, people } from '../../harness/tiny-school.ts';

const { folder, remove } = lastingFolder();
let server: RunningServer;
let nginx: Nginx;
let client: SchoolClient;
let path: string;

beforeAll(async () => {
  // Started as nginx.conf says, but for places.
  const [, flags = ''] = /^# +teachify-server (.+)$/m.exec(readFileSync(join(import.meta.dirname, '../../../build/server/nginx.conf'), 'utf8')) ?? [];
  const told = readOptions(flags.split(' '), {});
  if (told === 'help') throw new Error('nginx.conf names no way to start the server');
  const { accelRedirect, trustProxy } = told;
  const options = { port: 0, data: folder, demoSchool: await encodeTinySchool(), accelRedirect, trustProxy, logLevel: 'silent', accessLog: join(folder, 'asked.jsonl') } as const;
  server = await startServer(options, { now: () => Date.now(), say: () => {}, version: '0.0.0-test' });
  nginx = await startNginx({ port: server.port, media: join(folder, 'media') });
  const signedIn = await schoolClient(nginx.url).post('/api/auth/token', { ...people.tea, device_id: 'd' });
  client = schoolClient(nginx.url, signedIn.json<{ access_token: string }>().access_token);
  const { payload } = (await client.ask('/api/lessons/making-tea/manifest')).json<{ payload: string }>();
  const { renditions } = JSON.parse(payload) as { renditions: { quality: string; file: { sha256: string } }[] };
  path = `/media/${renditions.find(({ quality }) => quality === '480p')?.file.sha256}`;
});
afterAll(async () => {
  await nginx?.close();
  await server?.close();
  remove();
});

describe('behind nginx', () => {
  mediaHttpContract(() => ({ client, path }));

  it.each(['bytes=9-5', 'bytes=a-b'])('a range that makes no sense is refused by nginx, where our own server takes it for none: %s', async (range) => {
    expect((await client.bytes(path, { headers: { range } })).status).toBe(416);
  });

  it('the server says who may, nginx sends: its own word never reaches a client', async () => {
    const direct = await schoolClient(server.url).bytes(path);
    expect([direct.body.length, direct.headers.get('x-accel-redirect')]).toEqual([0, `/teachify-media/${path.slice(7, 9)}/${path.slice(7)}`]);
    const answer = await client.bytes(path);
    expect(answer.headers.get('x-accel-redirect')).toBe(null);
    expect(answer.headers.get('last-modified')).toBe(null);
    expect(answer.body.length).toBeGreaterThan(1000);
  });

  it('nginx asks once for many ranges of a file, and the server whenever there is a condition', async () => {
    const asked = (url: string, more = '') => readFileSync(join(folder, 'asked.jsonl'), 'utf8').split('\n').filter((line) => line.includes(`"${url}"`) && line.includes(more)).length;
    // A byte by a condition, whose line comes after those of the tests before.
    const condition = { headers: { range: 'bytes=0-0', 'if-range': '"another"' } };
    const before = asked(path, '"bytes=0-0"');
    await client.bytes(path, condition);
    await expect.poll(() => asked(path, '"bytes=0-0"') - before).toBe(1);
    const [files, leaves, ranged] = [asked(path), asked(`${path}/leave`), asked(path, '"bytes=')];
    for (let start = 0; start < 40; start += 1) expect((await client.bytes(path, { headers: { range: `bytes=${start}-${start + 9}` } })).status).toBe(206);
    expect((await client.bytes(path, { headers: { 'if-none-match': '"another"' } })).status).toBe(200);
    // The log is written a moment later, in the order of the answers.
    await expect.poll(() => asked(path) - files).toBeGreaterThanOrEqual(1);
    expect(asked(path, '"bytes=')).toBe(ranged);
    // One more where the ten seconds end in between; on a slow machine a few.
    expect(asked(`${path}/leave`) - leaves).toBeLessThan(20);
  });

  it.each(['if-match', 'if-unmodified-since'])('a condition that our own server does not know is none behind nginx either: %s', async (name) => {
    const etag = (await client.bytes(path)).headers.get('etag') ?? '';
    const value = name === 'if-match' ? etag : new Date(0).toUTCString();
    const direct = await schoolClient(server.url).bytes(path, { headers: { [name]: value, range: 'bytes=0-9' } });
    const answer = await client.bytes(path, { headers: { [name]: value, range: 'bytes=0-9' } });
    expect([direct.status, answer.status, answer.body.length]).toEqual([206, 206, 10]);
  });

  it('the server knows its visitors, whom it counts who guess at passwords, and its own address from outside', async () => {
    const headers = { 'x-forwarded-for': '203.0.113.7', 'x-forwarded-host': 'elsewhere.example', 'content-type': 'application/json' };
    expect((await client.ask('/api/auth/token', { method: 'POST', body: JSON.stringify({ ...people.tea, password: 'a guess', device_id: 'd' }), headers })).status).toBe(401);
    const store = await openStore(join(folder, 'school.db'));
    const entries = await store.selectFrom('audit').selectAll().execute().finally(() => store.destroy());
    expect(entries.at(-1)?.details).toContain('203.0.113.7');
    const { issuer } = (await client.ask('/.well-known/oauth-authorization-server', { headers })).json<{ issuer: string }>();
    // As the app knows the school, which compares it (RFC 9207).
    expect(issuer).toBe(new URL(nginx.url).origin);
  });

  it('leave is given for ciphertext that lies there, and for nothing else: pictures keep their type, films in clear stay in', async () => {
    const direct = schoolClient(server.url);
    const leave = await direct.ask(`${path}/leave`);
    expect([leave.status, leave.headers.get('cache-control')]).toEqual([204, 'max-age=10']);
    const [{ poster_url: poster } = { poster_url: '' }] = (await client.ask('/api/courses/tea')).json<{ lessons: { poster_url: string }[] }>().lessons;
    const picture = new URL(poster, nginx.url).pathname;
    expect((await direct.ask(`${picture}/leave`)).status).toBe(403);
    expect((await client.bytes(picture)).headers.get('content-type')).toBe('image/jpeg');
    const film = createHash('sha256').update((await client.bytes('/api/lessons/drinking-tea/video.mp4')).body).digest('hex');
    for (const name of [film, '0'.repeat(64)]) {
      expect((await direct.ask(`/media/${name}/leave`)).status).toBe(403);
      const answer = await client.ask(`/media/${name}`);
      expect([answer.status, answer.json()['code']]).toEqual([404, 'not_found']);
    }
    for (const way of [`${path}/leave`, '/teachify-leave']) expect((await client.ask(way)).text).not.toContain('teachify-media');
  });

  it('a file that is gone from the folder is gone for everyone, leave or not', async () => {
    const other = (await client.ask('/api/lessons/making-tea/playlist_360p.m3u8')).text;
    const [, name = ''] = /\/media\/([0-9a-f]{64})\//.exec(other) ?? [];
    expect((await schoolClient(server.url).ask(`/media/${name}/leave`)).status).toBe(204);
    const place = join(folder, 'media', name.slice(0, 2), name);
    renameSync(place, `${place}.gone`);
    const answer = await client.ask(`/media/${name}`);
    renameSync(`${place}.gone`, place);
    expect([answer.status, answer.json()['code']]).toEqual([404, 'not_found']);
    expect((await client.bytes(`/media/${name}`)).status).toBe(200);
  });

  it('nobody reaches the media folder past the server', async () => {
    const inside = path.slice('/media/'.length);
    for (const way of [`/teachify-media/${inside.slice(0, 2)}/${inside}`, '/teachify-media/../keys.json', '/teachify-media/%2e%2e/school.db', '/teachify-media../school.db', '/media/..%2f..%2fkeys.json']) {
      expect([400, 404]).toContain((await client.ask(way)).status);
    }
  });

  it('a film in clear goes to the enrolled by Range, and to no cache', async () => {
    const film = '/api/lessons/drinking-tea/video.mp4';
    const answer = await client.bytes(film, { headers: { range: 'bytes=4-7' } });
    expect([answer.status, answer.body.toString(), answer.headers.get('content-type'), answer.headers.get('cache-control')]).toEqual([206, 'ftyp', 'video/mp4', 'private, no-cache']);
    expect((await schoolClient(nginx.url).ask(film)).status).toBe(401);
  });

  it('a segment by its own address comes whole', async () => {
    const playlist = (await client.ask('/api/lessons/making-tea/playlist_480p.m3u8')).text;
    const [, segment = ''] = /(\/media\/[0-9a-f]{64}\/\d+-\d+\.m4s)/.exec(playlist) ?? [];
    const [, from = 0, to = 0] = /(\d+)-(\d+)\.m4s/.exec(segment)?.map(Number) ?? [];
    expect((await client.bytes(segment)).body.length).toBe(to - from + 1);
  });
});
