import { CompactSign, exportJWK, FlattenedSign, generateKeyPair, importJWK, calculateJwkThumbprint, type CryptoKey, type JWK } from 'jose';
import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import type { SigningKey } from '../../shared/api/auth.ts';

const storedSchema = z.object({
  signing: z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string(), d: z.string(), kid: z.string() }),
  /** HMAC key of access tokens, base64url. */
  tokens: z.string().min(43),
});

export interface SchoolKeys {
  /** What clients pin. */
  readonly publicKey: SigningKey;
  readonly tokenKey: Uint8Array;
  /** Compact JWS, EdDSA. */
  signCompact(payload: string, type: string): Promise<string>;
  /** Detached JWS (RFC 7515 appendix F): `header..signature` over the payload's bytes. */
  signDetached(payload: string): Promise<string>;
}

/** The school's keys, made at the first start and kept in a file only its user can read. */
export async function loadSchoolKeys(file: string): Promise<SchoolKeys> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error; // Keys that cannot be read now must not be replaced.
    return createKeys(file);
  });
  const { signing, tokens } = storedSchema.parse(JSON.parse(text));
  const privateKey = (await importJWK(signing, 'EdDSA')) as CryptoKey;
  const { kty, crv, x, kid } = signing;
  return {
    publicKey: { kty, crv, x, kid },
    tokenKey: Buffer.from(tokens, 'base64url'),
    signCompact: (payload, typ) =>
      new CompactSign(new TextEncoder().encode(payload)).setProtectedHeader({ alg: 'EdDSA', kid, typ }).sign(privateKey),
    signDetached: async (payload) => {
      const signed = await new FlattenedSign(new TextEncoder().encode(payload)).setProtectedHeader({ alg: 'EdDSA', kid }).sign(privateKey);
      return `${signed.protected}..${signed.signature}`;
    },
  };
}

async function createKeys(file: string): Promise<string> {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const jwk: JWK = await exportJWK(privateKey);
  const kid = (await calculateJwkThumbprint(jwk)).slice(0, 16);
  const text = JSON.stringify({ signing: { ...jwk, kid }, tokens: randomBytes(32).toString('base64url') });
  await writeFile(`${file}.new`, text, { mode: 0o600, flush: true });
  await rename(`${file}.new`, file);
  return text;
}
