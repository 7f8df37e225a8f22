import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openConnection } from '../../src/core/database/connection.ts';
import { PieceBits } from '../../src/core/content/piece-bits.ts';
import { fromWire } from '../../src/shared/api/codec.ts';
import { manifestSchema, type Manifest } from '../../src/shared/models/manifest.ts';
import { decodePieceTable, type Piece } from '../../src/shared/models/piece-table.ts';
import type { TimeRange } from '../../src/shared/models/ranges.ts';
import type { ServerView } from './server-view.ts';

/** What of a lesson's files is where: on the student's disk by its own books, and asked of the server by the server's. */
export interface LessonFiles {
  readonly manifest: Manifest;
  /** By file id: renditions with their piece tables, side files as one piece. */
  readonly pieces: ReadonlyMap<string, readonly Piece[]>;
}

/** A lesson's files at a quality, as the server describes them. */
export async function lessonFiles(server: ServerView, lessonId: string, quality: string): Promise<LessonFiles> {
  const manifest = fromWire(manifestSchema, JSON.parse(await server.manifestText(lessonId)));
  const renditions = manifest.renditions.filter(({ kind, quality: own }) => kind === 'audio' || own === quality);
  const pieces = new Map<string, readonly Piece[]>();
  for (const { file, pieceTable } of renditions) pieces.set(file.sha256, decodePieceTable(await server.media(pieceTable.sha256)));
  for (const { file } of manifest.sideFiles) pieces.set(file.sha256, [{ offset: 0, length: file.bytes, durationUs: 0, sha256: null }]);
  return { manifest, pieces };
}

/** Byte ranges per file that a data folder's books call verified. The folder's program may have been killed; it must not run. */
export async function verifiedBytes(dataFolder: string, { pieces }: LessonFiles): Promise<Map<string, TimeRange[]>> {
  const copy = await mkdtemp(join(tmpdir(), 'teachify-books-'));
  for (const name of ['content.db', 'content.db-wal']) await copyFile(join(dataFolder, name), join(copy, name)).catch(() => {});
  const database = openConnection({ file: join(copy, 'content.db'), durability: 'normal' });
  const rows = database.prepare<[], { id: string; bits: Uint8Array }>('SELECT id, bits FROM files').all();
  database.close();
  await rm(copy, { recursive: true, force: true });
  return new Map(
    rows.flatMap(({ id, bits }) => {
      const table = pieces.get(id);
      if (!table) return [];
      const verified = new PieceBits(table, bits);
      return [[id, table.filter((_, index) => verified.has(index)).map(({ offset, length }): [number, number] => [offset, offset + length])] as const];
    }),
  );
}

/** The bytes a request asked for, `bytes=0-99` as [0, 100); all of them when it named no range. */
export function askedRange(range: string | null): TimeRange {
  const match = /^bytes=(\d+)-(\d*)$/.exec(range ?? '');
  if (!match) return [0, Number.MAX_SAFE_INTEGER];
  return [Number(match[1]), match[2] ? Number(match[2]) + 1 : Number.MAX_SAFE_INTEGER];
}

/** Bytes that lie in both lists. */
export function overlap(one: readonly TimeRange[], other: readonly TimeRange[]): number {
  return one.reduce((sum, [start, end]) => sum + other.reduce((inner, [from, to]) => inner + Math.max(0, Math.min(end, to) - Math.max(start, from)), 0), 0);
}
