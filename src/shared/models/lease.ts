import { z } from 'zod';

/** The payload of a lease: one student, one device, one lesson, until a date. Signed as a compact JWS by the school's key. */
export const leaseSchema = z.object({
  leaseId: z.string().min(1).max(64),
  studentId: z.string().min(1).max(64),
  deviceId: z.string().min(1).max(64),
  lessonId: z.string().min(1).max(64),
  /** 16 random bytes, base64url; file keys are derived from it, see `fileKeyInfo`. */
  contentKey: z.string().regex(/^[A-Za-z0-9_-]{22}$/),
  /** Milliseconds since the Unix epoch, by the server's clock. */
  issuedAt: z.int().nonnegative(),
  expiresAt: z.int().positive(),
});
export type Lease = z.infer<typeof leaseSchema>;

/** HKDF-SHA256 (RFC 5869) parameters of a file's AES-128 key: ikm = content key, salt empty, 16 bytes out, this info. */
export function fileKeyInfo(keyId: string): string {
  return `teachify file key ${keyId}`;
}

/** The IV of segment n (piece n, counted from 1 since piece 0 is the init segment): its media sequence number n - 1, RFC 8216 5.2. */
export function segmentIv(pieceIndex: number): Uint8Array {
  const iv = new Uint8Array(16);
  new DataView(iv.buffer).setUint32(12, pieceIndex - 1);
  return iv;
}

