import { createHash } from 'node:crypto';
import { beforeEach, expect, it } from 'vitest';
import { MediaElsewhere } from '../../../src/core/content/media-elsewhere.ts';
import { createOriginSource } from '../../../src/core/content/origin-source.ts';
import type { FileDescription, PieceRun, PieceSource } from '../../../src/core/content/ports.ts';
import { createUndiciTransport } from '../../../src/core/net/undici-transport.ts';
import { manualClock, type ManualClock } from '../../harness/manual-clock.ts';
import { openRawServer, type RawServer } from '../../harness/raw-server.ts';

let school: RawServer;
let cdn: RawServer;
let clock: ManualClock;
let elsewhere: MediaElsewhere;
let source: PieceSource;
const bytes = Buffer.alloc(4000, 'ciphertext');
const id = createHash('sha256').update(bytes).digest('hex');
const pieces = [0, 1, 2, 3].map((index) => ({ offset: index * 1000, length: 1000, durationUs: 1, sha256: new Uint8Array(32) }));
const file: FileDescription = { id, bytes: bytes.length, pieces, origin: { kind: 'published' } };
const run = (first: number, count = 1): PieceRun => ({ file, first, count, skipBytes: 0 });

beforeEach(async () => {
  [school, cdn] = await Promise.all([openRawServer(), openRawServer()]);
  school.files.set(`/media/${id}`, { bytes });
  cdn.files.set(`/edge/${id}`, { bytes });
  clock = manualClock();
  elsewhere = new MediaElsewhere({ serverUrl: () => school.url, clock });
  const transport = createUndiciTransport({ userAgent: 'test' });
  source = createOriginSource({ transport, serverUrl: () => school.url, authorisation: { accessToken: async () => 'a token', replaceToken: async () => '' }, elsewhere });
  elsewhere.heard({ mediaBaseUrl: `${cdn.url}/edge/` });
  return async () => {
    transport.dropConnections();
    await Promise.all([school.close(), cdn.close()]);
  };
});

async function fetched(wanted: PieceRun): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source.open(wanted, new AbortController().signal)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

it('takes published files from where the school says, by Range and without a token', async () => {
  expect((await fetched(run(1, 2))).equals(bytes.subarray(1000, 3000))).toBe(true);
  expect(school.requests).toHaveLength(0);
  expect(cdn.requests.map(({ path, headers }) => [path, headers['range'], headers['authorization']])).toEqual([[`/edge/${id}`, 'bytes=1000-2999', undefined]]);
});

it.each([404, 403, 503])('asks the school when it is not there, and leaves that place alone for a minute: %i', async (status) => {
  cdn.fault = () => ({ kind: 'answer', status });
  for (const piece of [0, 1]) expect((await fetched(run(piece))).length).toBe(1000);
  expect([cdn.requests.length, school.requests.length]).toEqual([1, 2]);
  await clock.advance(60_000);
  await fetched(run(2));
  expect(cdn.requests).toHaveLength(2);
});

it('asks the school for what it has to ask for twice: from elsewhere it came wrong', async () => {
  cdn.fault = () => ({ kind: 'corrupt', at: 5 });
  expect((await fetched(run(0, 2))).equals(bytes.subarray(0, 2000))).toBe(false);
  expect((await fetched(run(0, 2))).equals(bytes.subarray(0, 2000))).toBe(true);
  await fetched(run(3));
  expect([cdn.requests.length, school.requests.length]).toEqual([2, 1]);
});

it('a body that breaks off keeps what came, and the rest comes from there too', async () => {
  cdn.fault = () => ({ kind: 'cut', after: 300 });
  await expect(fetched(run(0))).rejects.toMatchObject({ code: 'unreachable' });
  expect(school.requests).toHaveLength(0);
});

it('a school that is reached by TLS does not lead away from it, and one that says nothing is asked itself', async () => {
  const secure = new MediaElsewhere({ serverUrl: () => 'https://school.example', clock });
  secure.heard({ mediaBaseUrl: 'http://cdn.example/media' });
  expect(secure.urlOf(run(0))).toBe(null);
  secure.heard({ mediaBaseUrl: 'https://cdn.example/media' });
  expect(secure.urlOf(run(0))).toBe(`https://cdn.example/media/${id}`);
  secure.heard({ mediaBaseUrl: null });
  expect(secure.urlOf(run(0))).toBe(null);
});
