import { createCipheriv, createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock, type Clock } from '../../src/core/base/clock.ts';
import { silentLogger } from '../../src/core/base/logger.ts';
import { systemRandom } from '../../src/core/base/random.ts';
import { claimFolder } from '../../src/core/content/block-folder.ts';
import { createPieceStore } from '../../src/core/content/piece-store.ts';
import type { BandwidthMeter, FileDescription, FileOrigin, LineBudget, PieceRef, PieceSource, PieceStore } from '../../src/core/content/ports.ts';
import { openDatabases } from '../../src/core/database/databases.ts';
import { createBandwidthMeter } from '../../src/core/net/bandwidth-meter.ts';
import type { Connectivity } from '../../src/core/net/ports.ts';
import { temporaryFolder } from './temporary-folder.ts';

interface Surroundings {
  readonly source: PieceSource;
  readonly clock?: Clock;
  readonly budget?: LineBudget;
  readonly bandwidth?: BandwidthMeter;
  readonly lineChanged?: Connectivity['changed'];
}

/** What a budget without rules is. */
export const freeBudget: LineBudget = { backgroundTransfers: (limit) => limit, spend: async () => {} };

/** A piece store over true books and blocks in a folder of its own. */
export async function openStoreOnDisk({ source, clock = systemClock(), budget = freeBudget, bandwidth = createBandwidthMeter(), lineChanged = () => () => {} }: Surroundings): Promise<{ store: PieceStore; close(): Promise<void> }> {
  const folder = temporaryFolder();
  const blocks = join(folder, 'blocks');
  mkdirSync(blocks);
  await claimFolder(blocks);
  const databases = openDatabases(folder);
  const store = createPieceStore({
    ...{ folder: blocks, database: databases.content, source, bandwidth, budget, clock },
    connectivity: { state: () => ({ status: 'online', reason: null, since: 0 }), reportSuccess: () => {}, reportFailure: () => {}, changed: lineChanged },
    cacheQuotaBytes: () => 1024 ** 3,
    random: { ...systemRandom(), fraction: () => 0.05 },
    logger: silentLogger(),
  });
  return {
    store,
    close: async () => {
      await store.close();
      databases.close();
    },
  };
}

interface Making {
  readonly name: string;
  readonly pieces: number;
  readonly pieceBytes: number;
  readonly origin?: FileOrigin;
  /** Without them nothing but the validator vouches for a piece. */
  readonly hashes?: boolean;
}

/** A file of bytes that look like nothing else, and its description. */
export function madeFile({ name, pieces, pieceBytes, origin = { kind: 'published' }, hashes = true }: Making): { bytes: Buffer; file: FileDescription } {
  const key = createHash('sha256').update(name).digest().subarray(0, 16);
  const bytes = createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(pieces * pieceBytes));
  const table = Array.from({ length: pieces }, (_, index) => {
    const offset = index * pieceBytes;
    const sha256 = hashes ? createHash('sha256').update(bytes.subarray(offset, offset + pieceBytes)).digest() : null;
    return { offset, length: pieceBytes, durationUs: 6_000_000, sha256 };
  });
  return { bytes, file: { id: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length, pieces: table, origin } };
}

export function allPieces({ id, pieces }: FileDescription): PieceRef[] {
  return pieces.map((_, piece) => ({ fileId: id, piece }));
}
