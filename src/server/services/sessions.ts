import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { TeachifyError } from '../../shared/errors.ts';
import type { Student, TokenResponse } from '../../shared/api/auth.ts';
import { sessionExpired } from '../errors.ts';
import type { Store } from '../store/database.ts';
import { inTransaction, takeTurn } from '../store/transactions.ts';
import { accessSeconds, type AccessTokens } from './access-tokens.ts';
import { nobody, recordAction } from './audit.ts';
import { passwordMatches } from './passwords.ts';

const refreshMs = 90 * 24 * 60 * 60 * 1000;
/** A client that crashed between rotation and write may use the old token again for so long, whatever became of the new one. */
const replayGraceMs = 10_000;

export interface Caller extends Student {
  readonly role: 'student' | 'teacher' | 'admin';
  readonly deviceId: string;
}

export interface Sessions {
  /** Whose e-mail and password these are. Throws wrong_credentials. @param address where the attempt came from, for the audit */
  recognise(email: string, password: string, address: string): Promise<Student>;
  /** Opens a sign-in for someone who was recognised. @param family its name, when it has one already */
  open(personId: string, deviceId: string, address: string, family?: string): Promise<TokenResponse>;
  /** Ends a sign-in, its access tokens included. @param why for the audit */
  close(family: string, why: string): Promise<void>;
  /** Rotates: the token given is spent. A spent one that comes back after its successor was used revokes its whole family. */
  refresh(refreshToken: string): Promise<TokenResponse>;
  signOut(refreshToken: string): Promise<void>;
  /** Who holds this access token. Throws session_expired, also when its sign-in was closed since. */
  verify(accessToken: string): Promise<Caller>;
}

interface Dependencies {
  readonly store: Store;
  readonly accessTokens: AccessTokens;
  readonly now: () => number;
}

export function createSessions({ store, accessTokens, now }: Dependencies): Sessions {
  const issue = async (place: Store, person: Caller, family: string): Promise<{ response: TokenResponse; hash: string }> => {
    const refreshToken = randomBytes(32).toString('base64url');
    const hash = hashOf(refreshToken);
    await place
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
    const accessToken = await accessTokens.sign({ personId: person.id, deviceId: person.deviceId, role: person.role, family });
    const student: Student = { id: person.id, name: person.name, email: person.email };
    return { hash, response: { accessToken, refreshToken, expiresIn: accessSeconds, student } };
  };

  const revoke = (place: Store, family: string) =>
    place
      .insertInto('revoked_families')
      .values({ family, revoked_at: now() })
      .onConflict((conflict) => conflict.doNothing())
      .execute();

  const endFamily = (family: string, action: string, details = {}) =>
    inTransaction(store, async (db) => {
      await revoke(db, family);
      const row = await db.selectFrom('refresh_tokens').select(['person_id', 'device_id']).where('family', '=', family).limit(1).executeTakeFirst();
      if (row) await recordAction(db, now(), { id: row.person_id, role: 'student' }, action, row.device_id, details);
    });

  /**
   * The line that lost the answer, or a lid closed on it, must not sign anyone out: a successor that nobody has used is
   * spent here, and whoever holds it after all closes the sign-in. False when it was used: then two hold the sign-in.
   */
  const giveUpUnused = async (place: Store, successor: string | null): Promise<boolean> => {
    if (successor === null) return false;
    const { numUpdatedRows } = await place.updateTable('refresh_tokens').set({ used_at: 0 }).where('hash', '=', successor).where('used_at', 'is', null).executeTakeFirst();
    return numUpdatedRows > 0n;
  };

  const isRevoked = async (place: Store, family: string) => {
    const row = await place.selectFrom('revoked_families').select('family').where('family', '=', family).executeTakeFirst();
    return row !== undefined;
  };

  /** Returns a refusal, and does not throw it: what was closed for safety stays closed. */
  const rotate = async (place: Store, hash: string): Promise<TokenResponse | TeachifyError> => {
    const row = await place.selectFrom('refresh_tokens').selectAll().where('hash', '=', hash).executeTakeFirstOrThrow();
    if (Number(row.expires_at) <= now() || (await isRevoked(place, row.family))) return sessionExpired('Sign in again');
    if (row.used_at !== null && now() - Number(row.used_at) > replayGraceMs && !(await giveUpUnused(place, row.successor))) {
      await revoke(place, row.family);
      await recordAction(place, now(), { id: row.person_id, role: 'student' }, 'sign-in.closed', row.device_id, { why: 'a refresh token was used twice' });
      return sessionExpired('This sign-in was used twice and is closed for safety');
    }
    const person = await place.selectFrom('people').selectAll().where('id', '=', row.person_id).executeTakeFirst();
    if (!person || person.disabled_at !== null) return sessionExpired('Sign in again');
    const { response, hash: successor } = await issue(place, { ...person, deviceId: row.device_id }, row.family);
    await place.updateTable('refresh_tokens').set({ used_at: row.used_at ?? now(), successor }).where('hash', '=', hash).execute();
    return response;
  };

  return {
    recognise: async (email, password, address) => {
      const person = await store.selectFrom('people').selectAll().where('email', '=', email.trim().toLowerCase()).executeTakeFirst();
      const matches = await passwordMatches(person?.password_hash, password);
      if (!person || !matches || person.disabled_at !== null) {
        await recordAction(store, now(), nobody, 'sign-in.refused', person?.id ?? '', { address });
        throw new TeachifyError('wrong_credentials', 'E-mail or password is wrong');
      }
      return { id: person.id, name: person.name, email: person.email };
    },

    open: async (personId, deviceId, address, family = randomUUID()) => {
      const person = await store.selectFrom('people').selectAll().where('id', '=', personId).executeTakeFirst();
      if (!person || person.disabled_at !== null) throw sessionExpired('Sign in again');
      return inTransaction(store, async (db) => {
        const { response } = await issue(db, { ...person, deviceId }, family);
        await recordAction(db, now(), person, 'sign-in', deviceId, { address });
        return response;
      });
    },

    close: (family, why) => endFamily(family, 'sign-in.closed', { why }),

    refresh: async (refreshToken) => {
      const hash = hashOf(refreshToken);
      const known = await store.selectFrom('refresh_tokens').select('family').where('hash', '=', hash).executeTakeFirst();
      if (!known) throw sessionExpired('Sign in again');
      const outcome = await inTransaction(store, async (place) => {
        await takeTurn(place, `sign-in ${known.family}`);
        return rotate(place, hash);
      });
      if (outcome instanceof TeachifyError) throw outcome;
      return outcome;
    },

    signOut: async (refreshToken) => {
      const row = await store.selectFrom('refresh_tokens').select('family').where('hash', '=', hashOf(refreshToken)).executeTakeFirst();
      if (row) await endFamily(row.family, 'sign-out');
    },

    verify: async (accessToken) => {
      const { personId, deviceId, family } = await accessTokens.read(accessToken);
      // Asked each time, so that a closed sign-in ends now and not with its token.
      const person = await store
        .selectFrom('people')
        .leftJoin('revoked_families', (join) => join.on('revoked_families.family', '=', family))
        .select(['people.id', 'people.name', 'people.email', 'people.role', 'people.disabled_at', 'revoked_families.family as closed'])
        .where('people.id', '=', personId)
        .executeTakeFirst();
      if (!person || person.disabled_at !== null) throw sessionExpired('The access token is not valid');
      if (person.closed !== null) throw sessionExpired('Sign in again');
      const { id, name, email, role } = person;
      return { id, name, email, role, deviceId };
    },
  };
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
