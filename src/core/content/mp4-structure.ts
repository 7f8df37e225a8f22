const headerBytes = 16;

/**
 * Whether these bytes are a whole MP4 by their boxes (ISO/IEC 14496-12, 4.2): the top-level boxes follow one another without
 * a gap to the very end, and a movie header and media data are among them. `read` gives so many bytes at an offset.
 */
export async function isWholeMp4(length: number, read: (offset: number, bytes: number) => Promise<Uint8Array>): Promise<boolean> {
  const found = new Set<string>();
  let offset = 0;
  while (offset < length) {
    if (length - offset < 8) return false;
    const header = Buffer.from(await read(offset, Math.min(headerBytes, length - offset)));
    const type = header.toString('latin1', 4, 8);
    if (offset === 0 && type !== 'ftyp' && type !== 'styp') return false;
    const size = boxSize(header, length - offset);
    if (size === null || size > length - offset) return false;
    found.add(type);
    offset += size;
  }
  return found.has('moov') && (found.has('mdat') || found.has('moof'));
}

/** A size of 1 stands for a 64-bit one that follows, 0 for all the rest; null for what cannot be. */
function boxSize(header: Buffer, rest: number): number | null {
  const short = header.readUInt32BE(0);
  if (short === 0) return rest;
  if (short >= 8) return short;
  if (short !== 1 || header.length < headerBytes) return null;
  const long = Number(header.readBigUInt64BE(8));
  return Number.isSafeInteger(long) && long >= headerBytes ? long : null;
}
