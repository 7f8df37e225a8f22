import { randomUUID } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import { sessionExpired } from '../errors.ts';
import type { SchoolKeys } from './school-keys.ts';

export const accessSeconds = 15 * 60;
const issuer = 'teachify';
const audience = 'teachify-app';
/** A signature that was good is not computed again for so long; who its bearer is and whether the sign-in stands is asked each time. */
const rememberedMs = 10_000;
const mostRemembered = 10_000;

/** What an access token says of its bearer. */
interface AccessClaims {
  readonly personId: string;
  readonly deviceId: string;
  readonly role: string;
  readonly family: string;
}

/** Access tokens: JWT (RFC 9068) by a key of the school's own, named in its JWKS. */
export interface AccessTokens {
  sign(claims: AccessClaims): Promise<string>;
  /** Throws session_expired. */
  read(token: string): Promise<AccessClaims>;
}

export function createAccessTokens(keys: Pick<SchoolKeys, 'accessKey' | 'accessKeyNamed'>, now: () => number): AccessTokens {
  const remembered = new Map<string, { claims: AccessClaims; kid: string; until: number }>();
  const verify = async (token: string) => {
    const invalid = () => sessionExpired('The access token is not valid');
    const findKey = ({ kid = '' }: { kid?: string }) => {
      const key = keys.accessKeyNamed(kid);
      if (!key) throw invalid();
      return key;
    };
    const wanted = { algorithms: ['EdDSA'], issuer, audience, typ: 'at+jwt', currentDate: new Date(now()), requiredClaims: ['exp', 'sub', 'sid', 'device'] };
    const { payload, protectedHeader } = await jwtVerify(token, findKey, wanted).catch(() => {
      throw invalid();
    });
    const claims = { personId: String(payload.sub), deviceId: String(payload['device']), role: String(payload['role']), family: String(payload['sid']) };
    return { claims, kid: String(protectedHeader.kid), until: Math.min(now() + rememberedMs, Number(payload.exp) * 1000) };
  };
  return {
    sign: async ({ personId, deviceId, role, family }) => {
      const issuedAt = Math.floor(now() / 1000);
      const { kid, key } = keys.accessKey;
      return new SignJWT({ role, device: deviceId, sid: family })
        .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid })
        .setSubject(personId)
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + accessSeconds)
        .setJti(randomUUID())
        .sign(key);
    },
    read: async (token) => {
      const known = remembered.get(token);
      if (known && known.until > now() && keys.accessKeyNamed(known.kid)) return known.claims;
      const read = await verify(token);
      if (remembered.size >= mostRemembered) remembered.clear();
      remembered.set(token, read);
      return read.claims;
    },
  };
}
