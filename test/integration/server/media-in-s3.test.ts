import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer, type RunningServer } from '../../../src/server/compose.ts';
import { schoolClient, type SchoolClient } from '../../harness/school-client.ts';
import { mediaHttpContract, ownMediaHttpContract } from '../../harness/storage/media-http-contract.ts';
import { startS3Server, type S3Server } from '../../harness/storage/s3-server.ts';
import { lastingFolder } from '../../harness/temporary-folder.ts';
import { encodeTinySchool, people } from '../../harness/tiny-school.ts';

const { folder, remove } = lastingFolder();
const base = 'https://cdn.example/lessons';
let s3: S3Server;
let server: RunningServer;
let client: SchoolClient;
let path: string;

beforeAll(async () => {
  s3 = await startS3Server();
  Object.assign(process.env, s3.env);
  const places = { storage: 's3', s3Bucket: s3.bucket, s3Endpoint: s3.endpoint, mediaBaseUrl: `${base}/` } as const;
  const options = { port: 0, data: folder, demoSchool: await encodeTinySchool(), logLevel: 'silent', ...places } as const;
  server = await startServer(options, { now: () => Date.now(), say: () => {}, version: '0.0.0-test' });
  const signedIn = await schoolClient(server.url).post('/api/auth/token', { ...people.tea, device_id: 'd' });
  client = schoolClient(server.url, signedIn.json<{ access_token: string }>().access_token);
  const { payload } = (await client.ask('/api/lessons/making-tea/manifest')).json<{ payload: string }>();
  const { renditions } = JSON.parse(payload) as { renditions: { quality: string; file: { sha256: string } }[] };
  path = `/media/${renditions.find(({ quality }) => quality === '480p')?.file.sha256}`;
});
afterAll(async () => {
  await server?.close();
  await s3?.close();
  remove();
});

describe('a school whose media are in S3', () => {
  mediaHttpContract(() => ({ client, path }));
  ownMediaHttpContract(() => ({ client, path }));

  it('reads on where the storage breaks off, and says 503 when it is away', async () => {
    const whole = (await client.bytes(path)).body;
    Object.assign(s3.faults, { cuts: 3, cutAfter: 9000 });
    expect((await client.bytes(path)).body.equals(whole)).toBe(true);
    s3.faults.refusals = 1000;
    const answer = await client.ask(path);
    s3.faults.refusals = 0;
    expect([answer.status, answer.json()['code'], answer.headers.get('retry-after')]).toEqual([503, 'server_error', '5']);
  });

  it('keeps posters with their type, for whoever gives them out without asking the server', async () => {
    const [lesson] = (await client.ask('/api/courses/tea')).json<{ lessons: { poster_url: string }[] }>().lessons;
    const name = lesson?.poster_url.slice(base.length + 1);
    const answer = await fetch(`${s3.endpoint}/${s3.bucket}/media/${name}`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
  });
});

it('everything that names media leads to the address that was given for them', async () => {
  expect((await client.ask('/api/server')).json()).toMatchObject({ media_base_url: base });
  for (const { poster_url: poster } of (await client.ask('/api/courses/tea')).json<{ lessons: { poster_url: string }[] }>().lessons) expect(poster).toMatch(new RegExp(`^${base}/[0-9a-f]{64}$`));
  const playlist = (await client.ask('/api/lessons/making-tea/playlist_480p.m3u8')).text;
  const addresses = [...playlist.matchAll(/^(?!#)(\S+)|URI="([^"]+)"/gm)].map(([, line, uri]) => line ?? uri ?? '');
  const [keys, media] = [addresses.filter((address) => address.includes('/keys/')), addresses.filter((address) => !address.includes('/keys/'))];
  expect(keys).toHaveLength(1);
  expect(keys[0]).not.toContain('cdn.example');
  expect(media.length).toBeGreaterThan(2);
  for (const address of media) expect(address).toMatch(new RegExp(`^${base}/[0-9a-f]{64}/\\d+-\\d+\\.(m4s|mp4)$`));
});
