import { calculateJwkThumbprint, CompactSign, exportJWK, generateKeyPair, importJWK } from 'jose';
import { z } from 'zod';
import { keySuccessionType, type SigningKey } from '../../shared/api/auth.ts';

const publicKeySchema = z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string(), kid: z.string() });
const keyPairSchema = publicKeySchema.extend({ d: z.string() });
export type KeyPair = z.infer<typeof keyPairSchema>;

export const keyRingSchema = z.object({
  signing: keyPairSchema,
  /** Signing keys of before, oldest first, each with its word for the next. */
  former: z.array(z.object({ key: publicKeySchema, succession: z.string() })).default([]),
  /** What access tokens are signed with, newest first; the others only verify. A ring of an earlier version has none. */
  access: z.array(keyPairSchema.extend({ since: z.int() })).default([]),
});
export type KeyRing = z.infer<typeof keyRingSchema> & { readonly access: [Dated, ...Dated[]] };
type Dated = KeyPair & { since: number };

/** Keys for a school that has none, or what an earlier version of the school lacks. The same ring when it lacks nothing. */
export async function completeRing(known: z.infer<typeof keyRingSchema> | null, now: () => number): Promise<KeyRing> {
  const ring = known ?? { signing: await newKeyPair(), former: [], access: [] };
  const [newest, ...older] = ring.access;
  return { ...ring, access: newest ? [newest, ...older] : [{ ...(await newKeyPair()), since: now() }] };
}

/** With a new signing key, which the one of today signs for: whoever pinned it follows. */
export async function withNewSigningKey(ring: KeyRing): Promise<KeyRing> {
  const next = await newKeyPair();
  const { kty, crv, x, d, kid } = ring.signing;
  const payload = new TextEncoder().encode(JSON.stringify(publicPart(next)));
  const succession = await new CompactSign(payload).setProtectedHeader({ alg: 'EdDSA', kid, typ: keySuccessionType }).sign(await importJWK({ kty, crv, x, d }, 'EdDSA'));
  return { ...ring, signing: next, former: [...ring.former, { key: publicPart(ring.signing), succession }] };
}

/** With a new key for access tokens. Tokens of the one before stay good until they end, unless it is to be forgotten now. */
export async function withNewAccessKey(ring: KeyRing, now: () => number, forgetOld = false): Promise<KeyRing> {
  const next = { ...(await newKeyPair()), since: now() };
  return { ...ring, access: [next, ...(forgetOld ? [] : ring.access.slice(0, 1))] };
}

export function publicPart({ kty, crv, x, kid }: SigningKey): SigningKey {
  return { kty, crv, x, kid };
}

async function newKeyPair(): Promise<KeyPair> {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const jwk = await exportJWK(privateKey);
  return keyPairSchema.parse({ ...jwk, kid: (await calculateJwkThumbprint(jwk)).slice(0, 16) });
}
