import { buffer } from 'node:stream/consumers';
import type { MediaStorage } from './ports.ts';

/** All bytes of a small file: a piece table, captions. Throws not_found. */
export async function readWhole(media: MediaStorage, sha256: string): Promise<Buffer> {
  return buffer(await media.open(sha256));
}
