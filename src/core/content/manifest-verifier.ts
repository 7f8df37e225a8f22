import { decodeProtectedHeader, flattenedVerify, importJWK } from 'jose';
import type { SigningKey } from '../../shared/api/auth.ts';
import type { SignedManifest } from '../../shared/api/catalog.ts';
import { fromWire } from '../../shared/api/codec.ts';
import { TeachifyError } from '../../shared/errors.ts';
import { manifestSchema, type Manifest } from '../../shared/models/manifest.ts';

/** The manifest inside, once its detached JWS (RFC 7515 appendix F) by one of these keys was checked. Throws manifest_invalid. */
export async function verifyManifest({ payload, signature }: SignedManifest, keys: readonly SigningKey[]): Promise<Manifest> {
  try {
    const [header = '', , mark = ''] = signature.split('.');
    const bytes = new TextEncoder().encode(payload);
    const jws = { protected: header, payload: Buffer.from(bytes).toString('base64url'), signature: mark };
    const kid = decodeProtectedHeader(jws).kid;
    const key = keys.find((one) => one.kid === kid) ?? keys[0];
    if (!key) throw new Error('No key is known');
    await flattenedVerify(jws, await importJWK(key, 'EdDSA'), { algorithms: ['EdDSA'] });
    return fromWire(manifestSchema, JSON.parse(payload));
  } catch (error) {
    throw new TeachifyError('manifest_invalid', 'The lesson is not signed by this school', { cause: error });
  }
}
