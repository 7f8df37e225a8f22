import type { Piece } from '../../shared/models/piece-table.ts';
import type { PieceSet } from './ports.ts';

/** A bit per piece, with the bytes they stand for. */
export class PieceBits implements PieceSet {
  readonly #pieces: readonly Piece[];
  readonly #bits: Uint8Array;
  #count = 0;
  #bytes = 0;

  /** `stored` comes from the database; one of another length is not ours and counts as empty. */
  constructor(pieces: readonly Piece[], stored?: Uint8Array) {
    this.#pieces = pieces;
    const size = Math.ceil(pieces.length / 8);
    this.#bits = stored?.length === size ? Uint8Array.from(stored) : new Uint8Array(size);
    pieces.forEach(({ length }, index) => {
      if (!this.has(index)) return;
      this.#count += 1;
      this.#bytes += length;
    });
  }

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#bytes;
  }

  has(piece: number): boolean {
    return (((this.#bits[piece >> 3] ?? 0) >> (piece & 7)) & 1) === 1;
  }

  set(piece: number, present: boolean): void {
    const length = this.#pieces[piece]?.length;
    if (length === undefined || this.has(piece) === present) return;
    const mask = 1 << (piece & 7);
    const byte = this.#bits[piece >> 3] ?? 0;
    this.#bits[piece >> 3] = present ? byte | mask : byte & ~mask;
    this.#count += present ? 1 : -1;
    this.#bytes += present ? length : -length;
  }

  toBytes(): Uint8Array {
    return Uint8Array.from(this.#bits);
  }
}
