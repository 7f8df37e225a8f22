import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/core/base/clock.ts';
import { systemClock } from '../../../src/core/base/clock.ts';
import { silentLogger } from '../../../src/core/base/logger.ts';
import { systemRandom } from '../../../src/core/base/random.ts';
import { claimFolder } from '../../../src/core/content/block-folder.ts';
import { createOriginSource } from '../../../src/core/content/origin-source.ts';
import { createPieceStore } from '../../../src/core/content/piece-store.ts';
import type { FileDescription, PieceStore } from '../../../src/core/content/ports.ts';
import { openDatabases } from '../../../src/core/database/databases.ts';
import { createBandwidthMeter } from '../../../src/core/net/bandwidth-meter.ts';
import { createGotTransport } from '../../../src/core/net/got-transport.ts';
import { openRawServer, type RawServer } from '../../harness/raw-server.ts';
import { allPieces, madeFile } from '../../harness/store-on-disk.ts';
import { temporaryFolder } from '../../harness/temporary-folder.ts';

const pieceBytes = 50_000;
const pieces = 40;

let server: RawServer;
let file: FileDescription;
let bytes: Buffer;
let folder: string;
let store: PieceStore;
let databases: ReturnType<typeof openDatabases> | null = null;
beforeEach(async () => {
  server = await openRawServer();
  bytes = Buffer.alloc(pieces * pieceBytes);
  for (let at = 0, block = createHash('sha256').update('a').digest(); at < bytes.length; at += 32, block = createHash('sha256').update(block).digest()) block.copy(bytes, at);
  const id = createHash('sha256').update(bytes).digest('hex');
  const table = Array.from({ length: pieces }, (_, index) => {
    const offset = index * pieceBytes;
    return { offset, length: pieceBytes, durationUs: 6_000_000, sha256: createHash('sha256').update(bytes.subarray(offset, offset + pieceBytes)).digest() };
  });
  file = { id, bytes: bytes.length, pieces: table, origin: { kind: 'published' } };
  server.files.set(`/media/${id}`, { bytes });
  folder = temporaryFolder();
  store = await openStore();
  return async () => {
    await store.close();
    databases?.close();
    databases = null;
    await server.close();
  };
});

async function openStore(clock: Clock = systemClock()): Promise<PieceStore> {
  const blocks = join(folder, 'blocks');
  mkdirSync(blocks, { recursive: true });
  await claimFolder(blocks);
  databases?.close();
  databases = openDatabases(folder);
  const opened = createPieceStore({
    folder: blocks,
    database: databases.content,
    source: createOriginSource({
      transport: createGotTransport({ userAgent: 'test' }),
      serverUrl: () => server.url,
      authorisation: { accessToken: async () => null, replaceToken: async () => '' },
      idleTimeoutMs: 400,
    }),
    connectivity: { state: () => ({ status: 'online', reason: null, since: 0 }), changed: () => () => {}, reportSuccess: () => {}, reportFailure: () => {} },
    bandwidth: createBandwidthMeter(),
    budget: { backgroundTransfers: (limit) => limit, spend: async () => {} },
    cacheQuotaBytes: () => 1024 ** 3,
    clock,
    random: { ...systemRandom(), fraction: () => 0.05 },
    logger: silentLogger(),
  });
  await opened.register(file);
  return opened;
}

const all = () => file.pieces.map((_, piece) => ({ fileId: file.id, piece }));
const ranges = () => server.requests.map(({ headers }) => headers['range'] ?? '');
const background = { priority: 'background' } as const;
const foreground = { priority: 'foreground' } as const;

it('joins adjacent absent pieces into few requests, and asks for none twice', async () => {
  await store.fetch(all(), background);
  expect(store.verified(file.id).count).toBe(pieces);
  expect(server.sentBytes()).toBe(bytes.length);
  expect(server.requests.length).toBeLessThanOrEqual(pieces / 4);
  for (let piece = 0; piece < pieces; piece++) expect(Buffer.from(await store.read(file.id, piece, foreground)).equals(bytes.subarray(piece * pieceBytes, (piece + 1) * pieceBytes))).toBe(true);
  expect(server.sentBytes()).toBe(bytes.length);
});

it('leaves out what is here already', async () => {
  await store.fetch([5, 6, 7, 20].map((piece) => ({ fileId: file.id, piece })), background);
  await store.fetch(all(), background);
  expect(server.sentBytes()).toBe(bytes.length);
});

it('two who want the same piece share one request', async () => {
  const read = () => store.read(file.id, 3, foreground);
  const [first, second] = await Promise.all([read(), read(), store.fetch([{ fileId: file.id, piece: 3 }], background)]);
  expect(Buffer.from(first).equals(Buffer.from(second))).toBe(true);
  expect(server.requests).toHaveLength(1);
});

it('what is watched comes at once, however much is being taken home', async () => {
  // A piece takes half a second, half of all some seconds: a busy machine may take its time in between.
  server.bytesPerSecond = 100_000;
  const home = store.fetch(all(), background);
  await expect.poll(() => server.sentBytes(), { interval: 5 }).toBeGreaterThan(0);
  const last = pieces - 1;
  await store.read(file.id, last, foreground);
  expect(store.verified(file.id).count).toBeLessThan(pieces / 2);
  server.bytesPerSecond = null;
  await home;
});

describe('who is not wanted any more', () => {
  it('finishes the piece on the way, keeps it, and writes nothing afterwards', async () => {
    server.bytesPerSecond = 100_000;
    const stopping = new AbortController();
    const home = store.fetch(all(), { ...background, signal: stopping.signal });
    home.catch(() => {}); // looked at below
    await expect.poll(() => server.sentBytes(), { interval: 5 }).toBeGreaterThan(0);
    stopping.abort();
    await expect(home).rejects.toMatchObject({ code: 'cancelled' });
    const { count } = store.verified(file.id);
    const asked = server.requests.length;
    const written = sizeOnDisk();
    await sleep(300);
    expect({ count: store.verified(file.id).count, asked: server.requests.length, written: sizeOnDisk() }).toEqual({ count, asked, written });
    expect(count).toBeGreaterThan(0);
    // Each request came to the end of the piece it was at, or the next where the machine was busy; a whole run has ten.
    expect(count).toBeLessThanOrEqual(2 * asked);
  });

  it('does not stop who still is', async () => {
    server.bytesPerSecond = 100_000;
    const stopping = new AbortController();
    const home = store.fetch([{ fileId: file.id, piece: 0 }], { ...background, signal: stopping.signal });
    home.catch(() => {});
    await sleep(50);
    const watching = store.read(file.id, 0, foreground);
    stopping.abort();
    expect((await watching).length).toBe(pieceBytes);
    expect(server.requests).toHaveLength(1);
  });
});

describe('a line that says nothing more', () => {
  it('stalls in the middle of a piece: what came is kept, the rest is asked for', async () => {
    server.fault = ({ index }) => (index === 0 ? { kind: 'stall', after: 30_000 } : undefined);
    await store.read(file.id, 0, foreground);
    expect(ranges()).toEqual(['bytes=0-49999', 'bytes=30000-49999']);
  });

  it('takes the connection and never answers: tried anew', async () => {
    server.fault = ({ index }) => (index === 0 ? { kind: 'mute' } : undefined);
    await store.read(file.id, 0, foreground);
    expect(server.requests).toHaveLength(2);
  });

  it('drips: given up after half a minute below 100 bytes a second, and what dripped is kept', async () => {
    await store.close();
    const real = systemClock();
    // A thousand times as fast, so that half a minute passes while the first bytes drip.
    store = await openStore({ ...real, monotonic: () => real.monotonic() * 1000 });
    server.fault = ({ index }) => (index === 0 ? { kind: 'drip', bytesPerSecond: 20 } : undefined);
    const reading = store.read(file.id, 0, foreground);
    await expect(reading).resolves.toHaveLength(pieceBytes);
    expect(ranges()).toEqual(['bytes=0-49999', expect.stringMatching(/^bytes=[1-9]\d{0,2}-49999$/)]);
  });
});

it('a file of another length than its description is refused, and nothing of it believed', async () => {
  server.files.set(`/media/${file.id}`, { bytes: bytes.subarray(0, bytes.length - 1) });
  await expect(store.fetch(all(), background)).rejects.toMatchObject({ code: 'unexpected_answer' });
  expect(store.verified(file.id).count).toBe(0);
});

it('comes back as it was after a restart', async () => {
  await store.fetch(all().slice(0, 10), background);
  await store.close();
  const sent = server.sentBytes();
  store = await openStore();
  expect(store.verified(file.id).count).toBe(10);
  await store.fetch(all().slice(0, 10), background);
  expect(server.sentBytes()).toBe(sent);
});

describe('claims', () => {
  const claim = (account: string) => ({ account, lessonId: 'lesson', quality: '480p' });

  it('bytes that another student keeps stay', async () => {
    await store.fetch(all(), background);
    await store.claim(claim('a'), [file.id]);
    await store.claim(claim('b'), [file.id]);
    await store.discard(await store.claimOnly(claim('a'), []));
    expect(store.verified(file.id).count).toBe(pieces);
    await store.discard(await store.claimOnly(claim('b'), []));
    expect(store.verified(file.id).count).toBe(0);
    expect(sizeOnDisk()).toBe(0);
  });

  it('what nobody claims gives way, and what somebody claims does not', async () => {
    await store.fetch(all(), background);
    await store.claim(claim('a'), [file.id]);
    expect(await store.makeRoom(1)).toBe(0);
    expect(await store.claims({ fileId: file.id })).toEqual([claim('a')]);
    await store.claimOnly(claim('a'), []);
    expect(await store.claims()).toEqual([]);
    expect(await store.makeRoom(1)).toBe(bytes.length);
    expect(sizeOnDisk()).toBe(0);
  });

  it('what is held stays, whoever gives it back or wants the room meanwhile, and goes when the last one lets go', async () => {
    await store.fetch(all(), background);
    const [first, second] = [store.hold([file.id]), store.hold([file.id])];
    expect(await store.makeRoom(1)).toBe(0);
    await store.discard([file.id]);
    await first();
    expect(store.verified(file.id).count).toBe(pieces);
    await second();
    expect(sizeOnDisk()).toBe(0);
    expect(store.verified(file.id).count).toBe(0);
  });

  it('what is let go of goes also where the books have no room for when it was watched', async () => {
    await store.fetch(all(), background);
    const release = store.hold([file.id]);
    await store.discard([file.id]);
    databases?.content.exec("CREATE TRIGGER full BEFORE UPDATE OF used_at ON files BEGIN SELECT raise(ABORT, 'no room'); END");
    await release().catch(() => undefined);
    expect(sizeOnDisk()).toBe(0);
  });

  it('what was held and claimed since is kept; what was only held is cache again', async () => {
    await store.fetch(all(), background);
    let release = store.hold([file.id]);
    await store.discard([file.id]);
    await store.claim(claim('a'), [file.id]);
    await release();
    expect(store.verified(file.id).count).toBe(pieces);
    await store.claimOnly(claim('a'), []);
    release = store.hold([file.id]);
    await release();
    expect(store.verified(file.id).count).toBe(pieces);
    expect(await store.makeRoom(1)).toBe(bytes.length);
  });

  it('the cache gives back first what was watched longest ago, whenever it came', async () => {
    const other = madeFile({ name: 'other', pieces: 2, pieceBytes });
    server.files.set(`/media/${other.file.id}`, { bytes: other.bytes });
    const clock = { ...systemClock(), now: () => time };
    let time = 1;
    await store.close();
    store = await openStore(clock);
    await store.fetch(all(), background);
    time = 2;
    await store.register(other.file);
    await store.fetch(allPieces(other.file), background);
    time = 3;
    await store.hold([file.id])();
    await store.makeRoom(1);
    expect(store.verified(other.file.id).count).toBe(0);
    expect(store.verified(file.id).count).toBe(pieces);
  });

  it('an update gives back only what the new revision does not need', async () => {
    await store.claim(claim('a'), [file.id, 'old']);
    expect(await store.claimOnly(claim('a'), [file.id, 'new'])).toEqual(['old']);
  });
});

function sizeOnDisk(): number {
  const blocks = join(folder, 'blocks');
  return readdirSync(blocks, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.blk'))
    .reduce((sum, name) => sum + statSync(join(blocks, name)).size, 0);
}
