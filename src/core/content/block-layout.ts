import type { Piece } from '../../shared/models/piece-table.ts';

export const maxBlockBytes = 16 * 1024 * 1024;

/** Whole consecutive pieces of a file that lie in one file on disk, each at its own offset. */
export interface Block {
  readonly index: number;
  readonly first: number;
  readonly count: number;
  /** Offset of the block's first byte in the published file, and its length when whole. */
  readonly offset: number;
  readonly length: number;
}

/** Cuts a file into blocks of at most 16 MiB; a single piece larger than that is a block of its own. */
export function blocksOf(pieces: readonly Piece[]): Block[] {
  const blocks: Block[] = [];
  let first = 0;
  while (first < pieces.length) {
    let count = 0;
    let length = 0;
    for (const piece of pieces.slice(first)) {
      if (count > 0 && length + piece.length > maxBlockBytes) break;
      count += 1;
      length += piece.length;
    }
    blocks.push({ index: blocks.length, first, count, offset: pieces[first]?.offset ?? 0, length });
    first += count;
  }
  return blocks;
}
