import { compactVerify, decodeProtectedHeader, importJWK } from 'jose';
import type { SigningKey } from '../../shared/api/auth.ts';
import { fromWire } from '../../shared/api/codec.ts';
import { TeachifyError } from '../../shared/errors.ts';
import { leaseSchema, type Lease } from '../../shared/models/lease.ts';

interface Expected {
  /** Any of these may have signed it. */
  readonly keys: readonly SigningKey[];
  readonly studentId: string;
  readonly deviceId: string;
  readonly lessonId: string;
}

/** The lease inside a compact JWS, once it is known to be of this school, for this student, device and lesson. Throws lease_missing. */
export async function verifyLease(jws: string, { keys, studentId, deviceId, lessonId }: Expected): Promise<Lease> {
  const lease = await readSigned(jws, keys);
  if (lease.lessonId !== lessonId || lease.studentId !== studentId || lease.deviceId !== deviceId) {
    throw new TeachifyError('lease_missing', 'The lease is for someone or something else');
  }
  if (lease.expiresAt <= lease.issuedAt) throw new TeachifyError('lease_missing', 'The lease ends before it begins');
  return lease;
}

async function readSigned(jws: string, keys: readonly SigningKey[]): Promise<Lease> {
  try {
    if (!jws.split('.').every((part) => Buffer.from(part, 'base64url').toString('base64url') === part)) throw new Error('Not as it was written');
    const kid = decodeProtectedHeader(jws).kid;
    const key = keys.find((one) => one.kid === kid) ?? keys[0];
    if (!key) throw new Error('No key is known');
    const { payload } = await compactVerify(jws, await importJWK(key, 'EdDSA'), { algorithms: ['EdDSA'] });
    return fromWire(leaseSchema, JSON.parse(new TextDecoder().decode(payload)));
  } catch (error) {
    throw new TeachifyError('lease_missing', 'The lease is not signed by this school', { cause: error });
  }
}
