import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import { TeachifyError } from '../../shared/errors.ts';
import type { Student, TokenResponse } from '../../shared/api/auth.ts';
import { sessionExpired } from '../errors.ts';
import type { Store } from '../store/database.ts';
import { passwordMatches } from './passwords.ts';
import type { SchoolKeys } from './school-keys.ts';

const accessSeconds = 15 * 60;
const refreshMs = 90 * 24 * 60 * 60 * 1000;
/** A client that crashed between rotation and write may use the old token again for so long, whatever became of the new one. */
const replayGraceMs = 10_000;
const issuer = 'teachify';
const audience = 'teachify-app';

export interface Caller extends Student {
  readonly role: 'student' | 'teacher' | 'admin';
  readonly deviceId: string;
}

export interface Sessions {
  signIn(email: string, password: string, deviceId: string): Promise<TokenResponse>;
  /** Rotates: the token given is spent. A spent one that comes back after its successor was used revokes its whole family. */
  refresh(refreshToken: string): Promise<TokenResponse>;
  signOut(refreshToken: string): Promise<void>;
  /** Who holds this access token. Throws session_expired, also when its sign-in was closed since. */
  verify(accessToken: string): Promise<Caller>;
}

interface Dependencies {
  readonly store: Store;
  readonly keys: SchoolKeys;
  readonly now: () => number;
}

export function createSessions({ store, keys, now }: Dependencies): Sessions {
  const issue = async (person: Caller, family: string): Promise<{ response: TokenResponse; hash: string }> => {
    const refreshToken = randomBytes(32).toString('base64url');
    const hash = hashOf(refreshToken);
    await store
      .insertInto('refresh_tokens')
      .values({
        hash,
        family,
        person_id: person.id,
        device_id: person.deviceId,
        issued_at: now(),
        expires_at: now() + refreshMs,
        used_at: null,
        successor: null,
      })
      .execute();
    const issuedAt = Math.floor(now() / 1000);
    const accessToken = await new SignJWT({ role: person.role, device: person.deviceId, sid: family })
      .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' })
      .setSubject(person.id)
      .setIssuer(issuer)
      .setAudience(audience)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + accessSeconds)
      .setJti(randomUUID())
      .sign(keys.tokenKey);
    const student: Student = { id: person.id, name: person.name, email: person.email };
    return { hash, response: { accessToken, refreshToken, expiresIn: accessSeconds, student } };
  };

  const revoke = (family: string) =>
    store
      .insertInto('revoked_families')
      .values({ family, revoked_at: now() })
      .onConflict((conflict) => conflict.doNothing())
      .execute();

  /**
   * The line that lost the answer, or a lid closed on it, must not sign anyone out: a successor that nobody has used is
   * spent here, and whoever holds it after all closes the sign-in. False when it was used: then two hold the sign-in.
   */
  const giveUpUnused = async (successor: string | null): Promise<boolean> => {
    if (successor === null) return false;
    const { numUpdatedRows } = await store.updateTable('refresh_tokens').set({ used_at: 0 }).where('hash', '=', successor).where('used_at', 'is', null).executeTakeFirst();
    return numUpdatedRows > 0n;
  };

  const isRevoked = async (family: string) => {
    const row = await store.selectFrom('revoked_families').select('family').where('family', '=', family).executeTakeFirst();
    return row !== undefined;
  };

  return {
    signIn: async (email, password, deviceId) => {
      const person = await store.selectFrom('people').selectAll().where('email', '=', email.toLowerCase()).executeTakeFirst();
      const matches = await passwordMatches(person?.password_hash, password);
      if (!person || !matches) throw new TeachifyError('wrong_credentials', 'E-mail or password is wrong');
      return (await issue({ ...person, deviceId }, randomUUID())).response;
    },

    refresh: async (refreshToken) => {
      const hash = hashOf(refreshToken);
      const row = await store.selectFrom('refresh_tokens').selectAll().where('hash', '=', hash).executeTakeFirst();
      if (!row || Number(row.expires_at) <= now()) throw sessionExpired('Sign in again');
      if (await isRevoked(row.family)) throw sessionExpired('Sign in again');
      if (row.used_at !== null && now() - Number(row.used_at) > replayGraceMs && !(await giveUpUnused(row.successor))) {
        await revoke(row.family);
        throw sessionExpired('This sign-in was used twice and is closed for safety');
      }
      const person = await store.selectFrom('people').selectAll().where('id', '=', row.person_id).executeTakeFirstOrThrow();
      const { response, hash: successor } = await issue({ ...person, deviceId: row.device_id }, row.family);
      await store.updateTable('refresh_tokens').set({ used_at: row.used_at ?? now(), successor }).where('hash', '=', hash).execute();
      return response;
    },

    signOut: async (refreshToken) => {
      const row = await store.selectFrom('refresh_tokens').select('family').where('hash', '=', hashOf(refreshToken)).executeTakeFirst();
      if (row) await revoke(row.family);
    },

    verify: async (accessToken) => {
      const { payload } = await jwtVerify(accessToken, keys.tokenKey, {
        algorithms: ['HS256'],
        issuer,
        audience,
        typ: 'at+jwt',
        currentDate: new Date(now()),
      }).catch(() => {
        throw sessionExpired('The access token is not valid');
      });
      const person = await store.selectFrom('people').selectAll().where('id', '=', payload.sub ?? '').executeTakeFirst();
      if (!person) throw sessionExpired('The access token is not valid');
      // Asked each time, so that a closed sign-in ends now and not with its token.
      if (await isRevoked(String(payload['sid']))) throw sessionExpired('Sign in again');
      const { id, name, email, role } = person;
      return { id, name, email, role, deviceId: String(payload['device']) };
    },
  };
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
