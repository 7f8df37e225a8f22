import { beforeEach, expect, it } from 'vitest';
import { createOriginSource } from '../../../src/core/content/origin-source.ts';
import type { FileDescription, LineBudget, PieceStore } from '../../../src/core/content/ports.ts';
import { createGotTransport } from '../../../src/core/net/got-transport.ts';
import { openRawServer, type RawServer } from '../../harness/raw-server.ts';
import { allPieces, freeBudget, madeFile, openStoreOnDisk } from '../../harness/store-on-disk.ts';

const pieceBytes = 100_000;
const pieces = 120;
const path = '/film';

let server: RawServer;
let store: PieceStore;
let bytes: Buffer;
let file: FileDescription;
let spent: number;
beforeEach(async () => {
  server = await openRawServer();
  ({ bytes, file } = madeFile({ name: 'film', pieces, pieceBytes, hashes: false, origin: { kind: 'plain', path, etag: '"one"' } }));
  server.files.set(path, { bytes, etag: '"one"' });
  spent = 0;
  const budget: LineBudget = { ...freeBudget, spend: async (more) => void (spent += more) };
  const source = createOriginSource({
    transport: createGotTransport({ userAgent: 'test' }),
    serverUrl: () => server.url,
    authorisation: { accessToken: async () => null, replaceToken: async () => '' },
  });
  // So slow, as it is said, that each request would ask for five pieces.
  const opened = await openStoreOnDisk({ source, budget, bandwidth: { bitsPerSecond: () => 800_000, record: () => {} } });
  store = opened.store;
  await store.register(file);
  return async () => {
    await opened.close();
    await server.close();
  };
});

const background = { priority: 'background' } as const;
async function expectWhole(): Promise<void> {
  for (let piece = 0; piece < pieces; piece++) {
    expect(Buffer.from(await store.read(file.id, piece, background)).equals(bytes.subarray(piece * pieceBytes, (piece + 1) * pieceBytes))).toBe(true);
  }
}

it('a film behind something that takes our ranges off comes in one stream, by the validator that it names', async () => {
  server.fault = () => ({ kind: 'whole' });
  await store.fetch(allPieces(file), background);
  await expectWhole();
  // Some requests were under way when the first answer told; not one for each stretch of the film.
  expect(server.requests.length).toBeLessThanOrEqual(6);
  // What was passed over crossed the line as well.
  expect(spent).toBeGreaterThan(bytes.length);
});

it('cut in the middle, it keeps what came and passes over it the next time', async () => {
  server.fault = ({ index }) => (index % 2 === 0 ? { kind: 'whole' } : { kind: 'answer', status: 503 });
  const half = allPieces(file).slice(0, pieces / 2);
  await store.fetch(half, background);
  const asked = server.requests.length;
  await store.fetch(allPieces(file), background);
  await expectWhole();
  expect(server.requests.length).toBeGreaterThan(asked);
});

it('under another validator it is another film, and nothing of it is taken', async () => {
  server.files.set(path, { bytes: Buffer.alloc(bytes.length), etag: '"two"' });
  server.fault = () => ({ kind: 'whole' });
  await expect(store.fetch(allPieces(file), background)).rejects.toMatchObject({ code: 'source_changed' });
  expect(store.verified(file.id).count).toBe(0);
});

it('under none, nobody knows which film it is', async () => {
  server.files.set(path, { bytes });
  server.fault = () => ({ kind: 'whole' });
  await expect(store.fetch(allPieces(file), background)).rejects.toMatchObject({ code: 'source_changed' });
  expect(store.verified(file.id).count).toBe(0);
});
