import type { TokenResponse } from '../../shared/api/auth.ts';
import { TeachifyError } from '../../shared/errors.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { Authorisation } from '../net/ports.ts';
import type { AccountWrites, StoredAccount } from './account-repository.ts';
import { endSession } from './end-session.ts';
import type { AccountId, SecretVault } from './ports.ts';
import type { Schools } from './schools.ts';
import { Tokens, type Bearer, type ReadKept } from './tokens.ts';

type Account = Omit<StoredAccount, 'refreshToken' | 'pin'>;

interface Dependencies {
  readonly writes: Pick<AccountWrites, 'saveRefreshToken'>;
  readonly schools: Pick<Schools, 'apiAt'>;
  readonly vault: () => SecretVault;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A school ended a student's session. */
  readonly refused: (id: AccountId) => void;
}

/** The tokens of every student who sat at this machine since it started: changing seats asks for no password. */
export class Sittings {
  readonly #deps: Dependencies;
  readonly #tokens = new Map<AccountId, Tokens>();

  constructor(dependencies: Dependencies) {
    this.#deps = dependencies;
  }

  tokens(id: AccountId): Tokens | null {
    return this.#tokens.get(id) ?? null;
  }

  /** By the tokens of whoever this names when a request is made. */
  authorisation(whose: () => AccountId | null): Authorisation {
    const held = () => this.#tokens.get(whose() ?? '');
    return {
      accessToken: async () => held()?.accessToken() ?? null,
      replaceToken: async (refused) => {
        const tokens = held();
        if (!tokens) throw new TeachifyError('signed_out', 'Nobody is signed in');
        return tokens.replaceToken(refused);
      },
    };
  }

  /** With what lies on the disk, or what is in memory since before. */
  open({ id, server, student, refreshToken }: StoredAccount): Account {
    const account = { id, server, student };
    const vault = this.#deps.vault();
    if (!this.#tokens.get(id)?.held) this.#begin(account, refreshToken && (() => vault.unwrap(refreshToken)));
    return account;
  }

  /** With what a sign-in gave. The session of before, if there is one, is held by nobody any more: its school is told. */
  begin(account: Account, response: TokenResponse): void {
    const before = this.#tokens.get(account.id)?.refreshToken;
    this.#begin(account, response);
    // A school that gives the same one again means the same session.
    if (before && before !== response.refreshToken) void endSession(account.server, before, this.#deps);
  }

  /** With an access token and nothing to renew it by. */
  beginWith({ id, server, student }: Account, bearer: Bearer): void {
    this.#begin({ id, server, student }, bearer);
  }

  /** The server closes the family when it can be told; offline, the token simply ends here. */
  async close({ id, server }: Account): Promise<void> {
    const tokens = this.#tokens.get(id);
    const refreshToken = tokens?.refreshToken;
    tokens?.close();
    this.#tokens.delete(id);
    if (refreshToken) await endSession(server, refreshToken, this.#deps);
  }

  /** Writes down what was only in memory until now. */
  async keepTokens(): Promise<void> {
    for (const [id, { refreshToken }] of this.#tokens) if (refreshToken !== null) await this.#keep(id, refreshToken);
  }

  #begin({ id, server }: Account, given: TokenResponse | ReadKept | Bearer | null): void {
    const before = this.#tokens.get(id);
    before?.close();
    const { schools, clock, logger, refused, writes } = this.#deps;
    this.#tokens.set(
      id,
      new Tokens(given, {
        api: schools.apiAt(server),
        clock,
        keep: (refreshToken) => this.#keep(id, refreshToken),
        // The student stays, with everything on the machine; only the server wants a new sign-in.
        refused: async () => {
          logger.info('the server ended the session');
          await writes.saveRefreshToken(id, null);
          refused(id);
        },
        unreadable: () => refused(id),
        before,
      }),
    );
  }

  /** Written before use. A disk that refuses costs a sign-in at the next start, not this sitting. */
  async #keep(id: AccountId, refreshToken: string): Promise<void> {
    try {
      await this.#deps.writes.saveRefreshToken(id, this.#deps.vault().wrap(refreshToken));
    } catch (error) {
      this.#deps.logger.error('the new refresh token could not be stored', { error });
    }
  }
}
