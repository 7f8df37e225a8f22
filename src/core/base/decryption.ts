import { createDecipheriv } from 'node:crypto';
import { TeachifyError } from '../../shared/errors.ts';
import { segmentIv } from '../../shared/models/lease.ts';

/** A segment as HLS encrypts it (RFC 8216 4.3.2.4): AES-128-CBC, PKCS #7, IV = media sequence number. */
export function decryptSegment(key: Uint8Array, piece: number, bytes: Uint8Array): Uint8Array {
  return decrypt(key, segmentIv(piece), bytes);
}

/** A side file, encrypted whole with IV 0. */
export function decryptWhole(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  return decrypt(key, new Uint8Array(16), bytes);
}

/** As another school's playlist says: AES-128-CBC, PKCS #7, the IV named or made of the media sequence number. */
export function decryptForeign({ bytes: key, iv }: { readonly bytes: Uint8Array | null; readonly iv: Uint8Array }, bytes: Uint8Array): Uint8Array {
  if (key === null) throw new TeachifyError('lease_missing', 'The key of this video is not here any more');
  return decrypt(key, iv, bytes);
}

const blockBytes = 16;

/** PKCS #7 (RFC 5652 6.3) is taken off here: the cipher would hand out its last block apart, at the price of a copy of everything. */
function decrypt(key: Uint8Array, iv: Uint8Array, bytes: Uint8Array): Uint8Array {
  try {
    const decipher = createDecipheriv('aes-128-cbc', key, iv).setAutoPadding(false);
    const padded = decipher.update(bytes);
    decipher.final();
    return withoutPadding(padded);
  } catch (error) {
    throw new TeachifyError('lease_missing', 'The key does not open this file', { cause: error });
  }
}

function withoutPadding(padded: Uint8Array): Uint8Array {
  const count = padded.at(-1) ?? 0;
  const end = padded.length - count;
  if (count < 1 || count > blockBytes || end < 0 || padded.subarray(end).some((byte) => byte !== count)) throw new RangeError('The padding is wrong');
  return padded.subarray(0, end);
}
