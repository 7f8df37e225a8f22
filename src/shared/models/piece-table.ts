/**
 * A piece table lists a file's pieces in order. On the wire: the magic `TPT1`, then 40 bytes a piece:
 * length in bytes (uint32, big-endian), duration in microseconds (uint32; 0 for an initialisation segment), SHA-256.
 * Pieces are contiguous from offset 0, so offsets are not stored.
 */
export interface Piece {
  readonly offset: number;
  readonly length: number;
  readonly durationUs: number;
  /** Of the bytes as published. Null only for provisional pieces of a source without a manifest. */
  readonly sha256: Uint8Array | null;
}

const magic = [0x54, 0x50, 0x54, 0x31];
const headerBytes = magic.length;
export const pieceTableEntryBytes = 40;

export function encodePieceTable(pieces: readonly { length: number; durationUs: number; sha256: Uint8Array }[]): Uint8Array {
  const bytes = new Uint8Array(headerBytes + pieces.length * pieceTableEntryBytes);
  const view = new DataView(bytes.buffer);
  bytes.set(magic);
  pieces.forEach(({ length, durationUs, sha256 }, index) => {
    const at = headerBytes + index * pieceTableEntryBytes;
    view.setUint32(at, length);
    view.setUint32(at + 4, durationUs);
    bytes.set(sha256, at + 8);
  });
  return bytes;
}

/** Throws RangeError for bytes that are not a piece table of at least one piece, none of them empty. */
export function decodePieceTable(bytes: Uint8Array): Piece[] {
  const count = (bytes.length - headerBytes) / pieceTableEntryBytes;
  if (!Number.isInteger(count) || count < 1 || magic.some((byte, index) => bytes[index] !== byte)) {
    throw new RangeError('Not a piece table');
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pieces: Piece[] = [];
  let offset = 0;
  for (let index = 0; index < count; index++) {
    const at = headerBytes + index * pieceTableEntryBytes;
    const length = view.getUint32(at);
    if (length === 0) throw new RangeError(`Piece ${index} is empty`);
    pieces.push({ offset, length, durationUs: view.getUint32(at + 4), sha256: bytes.slice(at + 8, at + pieceTableEntryBytes) });
    offset += length;
  }
  return pieces;
}
