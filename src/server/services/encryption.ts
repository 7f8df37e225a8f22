import { createCipheriv, hkdfSync } from 'node:crypto';
import { fileKeyInfo, segmentIv } from '../../shared/models/lease.ts';

/** The AES-128 key of one file, derived from its lesson's content key (HKDF-SHA256, RFC 5869). */
export function deriveFileKey(contentKey: string, keyId: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', Buffer.from(contentKey, 'base64url'), new Uint8Array(), fileKeyInfo(keyId), 16));
}

/** A segment as HLS encrypts it (RFC 8216 4.3.2.4): AES-128-CBC, PKCS #7, IV = media sequence number. */
export function encryptSegment(key: Uint8Array, pieceIndex: number, plain: Uint8Array): Uint8Array {
  return encrypt(key, segmentIv(pieceIndex), plain);
}

/** A side file, whole: AES-128-CBC, PKCS #7, IV 0. */
export function encryptWhole(key: Uint8Array, plain: Uint8Array): Uint8Array {
  return encrypt(key, new Uint8Array(16), plain);
}

function encrypt(key: Uint8Array, iv: Uint8Array, plain: Uint8Array): Uint8Array {
  const cipher = createCipheriv('aes-128-cbc', key, iv);
  return Buffer.concat([cipher.update(plain), cipher.final()]);
}
