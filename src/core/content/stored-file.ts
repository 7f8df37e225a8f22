import { createHash } from 'node:crypto';
import type { BlockFiles } from './block-files.ts';
import { blocksOf, type Block } from './block-layout.ts';
import type { KnownFile } from './file-repository.ts';
import { PieceBits } from './piece-bits.ts';
import type { FileDescription } from './ports.ts';

/** One file as this run of the program knows it: its blocks, which pieces are here, what lies on disk unfinished. */
export class StoredFile {
  description: FileDescription;
  readonly blocks: readonly Block[];
  readonly bits: PieceBits;
  /** Pieces whose bytes were hashed in this run; the disk is trusted for the rest of it. */
  readonly checked = new Set<number>();
  /** Unverified bytes of pieces that were cut off. */
  readonly partials = new Map<number, number>();
  /** Nobody gives out parts of it, as it turned out: what is absent is asked for in one stretch, since each answer begins at its beginning. */
  comesWhole = false;
  readonly #blockOfPiece: readonly Block[];

  constructor(description: FileDescription, known: KnownFile | undefined) {
    this.description = description;
    this.blocks = blocksOf(description.pieces);
    this.bits = new PieceBits(description.pieces, known?.bits);
    for (const [piece, bytes] of known?.partials ?? []) {
      if (!this.bits.has(piece) && this.isPieceResumable(piece) && bytes < (description.pieces[piece]?.length ?? 0)) this.partials.set(piece, bytes);
    }
    this.#blockOfPiece = this.blocks.flatMap((block) => Array.from({ length: block.count }, () => block));
  }

  /** False for a file of which nothing says that a part fetched later belongs to what is here. */
  get isResumable(): boolean {
    const { origin } = this.description;
    return origin.kind !== 'plain' || origin.etag !== null;
  }

  /** False for a piece from elsewhere of which nothing says that what is sent later belongs to what is here: it begins anew. */
  isPieceResumable(piece: number): boolean {
    const { origin } = this.description;
    return origin.kind !== 'elsewhere' || (origin.places[piece]?.etag ?? null) !== null;
  }

  /** Nothing of it is here any more. */
  clear(): void {
    for (const piece of this.description.pieces.keys()) this.bits.set(piece, false);
    this.checked.clear();
    this.partials.clear();
  }

  blockOf(piece: number): Block {
    const block = this.#blockOfPiece[piece];
    if (!block) throw new RangeError(`${this.description.id} has no piece ${piece}`);
    return block;
  }

  /** A present piece's bytes, or null when they are gone or are not what they were. */
  async read(piece: number, files: BlockFiles): Promise<Uint8Array | null> {
    const described = this.description.pieces[piece];
    if (!described) throw new RangeError(`${this.description.id} has no piece ${piece}`);
    const block = this.blockOf(piece);
    const bytes = await files.read(this.description.id, block.index, described.offset - block.offset, described.length);
    if (!bytes) return null;
    if (described.sha256 && !this.checked.has(piece)) {
      if (!createHash('sha256').update(bytes).digest().equals(described.sha256)) return null;
      this.checked.add(piece);
    }
    return bytes;
  }

  /**
   * Looks at bytes on disk that no bit speaks for: whole pieces whose hash fits are taken in, the tail of a block that ends
   * within a piece is kept as its beginning. True when something was found. Pieces without a hash are never believed.
   */
  async adopt(files: BlockFiles): Promise<boolean> {
    let found = false;
    for (const block of this.blocks) {
      const length = await files.length(this.description.id, block.index);
      for (let piece = block.first; length > 0 && piece < block.first + block.count; piece++) {
        if (!this.bits.has(piece)) found = (await this.#adoptPiece(piece, block, length, files)) || found;
      }
    }
    return found;
  }

  async #adoptPiece(piece: number, block: Block, fileLength: number, files: BlockFiles): Promise<boolean> {
    const described = this.description.pieces[piece];
    if (!described?.sha256) return false;
    const start = described.offset - block.offset;
    if (fileLength <= start) return false;
    if (fileLength < start + described.length) {
      this.partials.set(piece, Math.max(fileLength - start, this.partials.get(piece) ?? 0));
      return false;
    }
    if (!(await this.read(piece, files))) return false;
    this.bits.set(piece, true);
    return true;
  }
}
