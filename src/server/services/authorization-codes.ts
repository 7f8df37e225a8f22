import { createHash, randomBytes } from 'node:crypto';
import { TeachifyError } from '../../shared/errors.ts';
import type { AuthorizationRequest, TokenResponse } from '../../shared/api/auth.ts';
import type { Store } from '../store/database.ts';
import type { Sessions } from './sessions.ts';

/** The one client there is: an app on the student's own machine, which can keep no secret (RFC 8252 8.4). */
export const oauthClientId = 'teachify-desktop';
/** From the browser's redirect to the app's request. */
const codeMs = 60_000;

export interface AuthorizationCodes {
  /** A code for whoever signed in on the page, good once and for a minute. */
  issue(personId: string, request: Pick<AuthorizationRequest, 'clientId' | 'redirectUri' | 'codeChallenge'>): Promise<string>;
  /** Throws session_expired when the code does not fit; one that comes twice ends what it opened (RFC 6749 4.1.2). */
  redeem(given: { code: string; clientId: string; redirectUri: string; codeVerifier: string; deviceId: string; address: string }): Promise<TokenResponse>;
}

interface Dependencies {
  readonly store: Store;
  readonly sessions: Pick<Sessions, 'open' | 'close'>;
  readonly now: () => number;
}

export function createAuthorizationCodes({ store, sessions, now }: Dependencies): AuthorizationCodes {
  return {
    issue: async (personId, { clientId, redirectUri, codeChallenge }) => {
      await store.deleteFrom('authorization_codes').where('expires_at', '<', now() - 24 * 3600 * 1000).execute();
      const code = randomBytes(32).toString('base64url');
      const row = { hash: hashOf(code, 'hex'), person_id: personId, client_id: clientId, redirect_uri: redirectUri, challenge: codeChallenge };
      await store.insertInto('authorization_codes').values({ ...row, expires_at: now() + codeMs, family: null }).execute();
      return code;
    },

    redeem: async ({ code, clientId, redirectUri, codeVerifier, deviceId, address }) => {
      const hash = hashOf(code, 'hex');
      const row = await store.selectFrom('authorization_codes').selectAll().where('hash', '=', hash).executeTakeFirst();
      if (!row) throw refusal();
      if (row.family !== null) {
        await sessions.close(row.family, 'its authorization code was used twice');
        throw refusal();
      }
      const fits = row.client_id === clientId && row.redirect_uri === redirectUri && row.challenge === hashOf(codeVerifier, 'base64url');
      if (!fits || Number(row.expires_at) <= now()) throw refusal();
      const family = randomBytes(16).toString('hex');
      // One statement decides who of two that come at once has it.
      const { numUpdatedRows } = await store.updateTable('authorization_codes').set({ family }).where('hash', '=', hash).where('family', 'is', null).executeTakeFirst();
      if (numUpdatedRows === 0n) throw refusal();
      return sessions.open(row.person_id, deviceId, address, family);
    },
  };
}

function refusal(): TeachifyError {
  return new TeachifyError('session_expired', 'This code opens nothing: sign in again');
}

function hashOf(text: string, encoding: 'hex' | 'base64url'): string {
  return createHash('sha256').update(text).digest(encoding);
}
