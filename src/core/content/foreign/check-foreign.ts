import { TeachifyError } from '../../../shared/errors.ts';
import { decryptForeign } from '../../base/decryption.ts';
import type { FetchOptions, FileDescription, ForeignPart, LessonContent, PieceStore } from '../ports.ts';
import { isWholePart } from './part-structure.ts';

/** Parts that were counted may have been cut when they were: their own structure decides. Text has none and is no worse for it. Throws piece_corrupt. */
export async function checkForeign(store: PieceStore, { foreign, files }: { foreign: NonNullable<LessonContent['foreign']>; files: LessonContent['files'] }, options: FetchOptions): Promise<void> {
  for (const [fileId, parts] of foreign) {
    const file = files.get(fileId);
    if (!file || (await isWhole(store, file, parts, options))) continue;
    await store.distrust(fileId);
    throw new TeachifyError('piece_corrupt', 'A part that came is not whole');
  }
}

async function isWhole(store: PieceStore, file: FileDescription, parts: readonly ForeignPart[], options: FetchOptions): Promise<boolean> {
  const { origin } = file;
  if (origin.kind !== 'elsewhere') return true;
  const present = store.verified(file.id);
  for (const [piece, place] of origin.places.entries()) {
    // Another quality's, which was not taken home.
    if (!place.isCounted || !present.has(piece)) continue;
    const bytes = await store.read(file.id, piece, options);
    const clear = opened(bytes, parts[piece]);
    if (!clear || !(isText(clear) || isWholePart(clear))) return false;
  }
  return true;
}

/** Null when the end is missing: what is locked has its padding there. */
function opened(bytes: Uint8Array, part: ForeignPart | undefined): Uint8Array | null {
  if (!part?.key) return bytes;
  try {
    return decryptForeign(part.key, bytes);
  } catch {
    return null;
  }
}

/** WebVTT (W3C, 4.1), with or without a byte order mark. */
function isText(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, 9)).toString('utf8').replace(/^\uFEFF/, '').startsWith('WEBVTT');
}
