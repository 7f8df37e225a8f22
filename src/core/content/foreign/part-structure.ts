const tsPacketBytes = 188;
const tsSync = 0x47;

/**
 * Whether a segment of which nobody said how long it is came whole, by its own structure: MPEG-2 TS packets (ISO/IEC 13818-1,
 * 2.4.3.2), boxes of fragmented MP4 (ISO/IEC 14496-12, 4.2), or frames of packed audio (RFC 8216 3.4). What is none of them
 * is not believed.
 */
export function isWholePart(bytes: Uint8Array): boolean {
  if (bytes.length === 0) return false;
  if (bytes[0] === tsSync) return isWholeTs(bytes);
  const audio = afterId3(bytes);
  if (audio === null) return false;
  return isAdts(audio, 0) ? isWholeAdts(audio) : isWholeBoxes(bytes);
}

function isWholeTs(bytes: Uint8Array): boolean {
  if (bytes.length % tsPacketBytes !== 0) return false;
  for (let at = 0; at < bytes.length; at += tsPacketBytes) if (bytes[at] !== tsSync) return false;
  return true;
}

/** Boxes one after the other to the very end; a last one that says "to the end" does not say where that is. */
function isWholeBoxes(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  while (at < bytes.length) {
    if (bytes.length - at < 8) return false;
    const short = view.getUint32(at);
    const long = short === 1 && bytes.length - at >= 16 ? Number(view.getBigUint64(at + 8)) : 0;
    const size = short === 1 ? long : short;
    if (size < 8 || size > bytes.length - at) return false;
    at += size;
  }
  return true;
}

/** What follows the ID3 tags that packed audio begins with (ID3v2.4, 3.1); null when one is cut. */
function afterId3(bytes: Uint8Array): Uint8Array | null {
  let rest = bytes;
  while (rest[0] === 0x49 && rest[1] === 0x44 && rest[2] === 0x33) {
    if (rest.length < 10) return null;
    const size = 10 + [6, 7, 8, 9].reduce((sum, index) => sum * 128 + ((rest[index] ?? 0) & 0x7f), 0);
    if (size > rest.length) return null;
    rest = rest.subarray(size);
  }
  return rest;
}

function isAdts(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0xff && ((bytes[at + 1] ?? 0) & 0xf6) === 0xf0;
}

/** ADTS frames (ISO/IEC 13818-7, 6.2) one after the other to the very end. */
function isWholeAdts(bytes: Uint8Array): boolean {
  let at = 0;
  while (at < bytes.length) {
    if (!isAdts(bytes, at) || bytes.length - at < 7) return false;
    const length = (((bytes[at + 3] ?? 0) & 0x03) << 11) | ((bytes[at + 4] ?? 0) << 3) | ((bytes[at + 5] ?? 0) >> 5);
    if (length < 7 || length > bytes.length - at) return false;
    at += length;
  }
  return true;
}
