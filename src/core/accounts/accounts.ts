import { z } from 'zod';
import { serverInfoSchema, signInRequestSchema, tokenResponseSchema, type ServerInfo, type SigningKey, type TokenResponse } from '../../shared/api/auth.ts';
import { endpoints } from '../../shared/api/endpoints.ts';
import type { AccountsState } from '../../shared/contracts/accounts.ts';
import { TeachifyError } from '../../shared/errors.ts';
import type { Clock } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import type { Logger } from '../base/logger.ts';
import type { Random } from '../base/random.ts';
import type { Connection } from '../database/connection.ts';
import { createApiClient } from '../net/api-client.ts';
import type { ApiClient, Authorisation, Transport } from '../net/ports.ts';
import { AccountReads, AccountWrites, type KnownServer, type StoredAccount } from './account-repository.ts';
import type { Accounts, CurrentStudent, PinnedKeys, SecretVault } from './ports.ts';
import { readServerAddress } from './server-address.ts';
import { Tokens } from './tokens.ts';
import { createTrustedClock, type TrustedClock } from './trusted-clock.ts';

interface Dependencies {
  readonly database: Connection;
  readonly transport: Transport;
  readonly vault: SecretVault;
  /** From settings, the environment or the build; a student who is signed in stays with the school of the sign-in. */
  readonly configuredServerUrl: () => string;
  readonly saveServerUrl: (url: string) => void;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

export interface AccountsAndTokens extends Accounts, PinnedKeys {
  readonly authorisation: Authorisation;
  /** The course server everything is asked of now. */
  readonly serverUrl: () => string;
  /** What time it is, for leases; told by whoever hears a server's time. */
  readonly trustedClock: TrustedClock;
}

/** Who is at the machine, by which school, with which tokens. Knows the student of last time at once, without the line. */
export async function createAccounts(dependencies: Dependencies): Promise<AccountsAndTokens> {
  const { database, clock, random } = dependencies;
  const reads = new AccountReads(database);
  const writes = new AccountWrites(database);
  const anchor = await reads.clockAnchor();
  const accounts = new MachineAccounts(dependencies, {
    reads,
    writes,
    deviceId: await writes.deviceId(() => random.id()),
    trustedClock: createTrustedClock({ clock, anchor, save: (at) => writes.saveClockAnchor(at) }),
  });
  await accounts.resume();
  return accounts;
}

interface Parts {
  readonly reads: AccountReads;
  readonly writes: AccountWrites;
  readonly deviceId: string;
  readonly trustedClock: TrustedClock;
}

interface Sitting {
  readonly account: Omit<StoredAccount, 'refreshToken'>;
  readonly tokens: Tokens;
}

class MachineAccounts implements AccountsAndTokens {
  readonly deviceId: string;
  readonly trustedClock: TrustedClock;
  readonly authorisation: Authorisation;
  readonly serverUrl = (): string => this.#sitting?.account.server ?? this.#deps.configuredServerUrl().replace(/\/+$/, '');
  readonly #deps: Dependencies;
  readonly #parts: Parts;
  readonly #changed = new Emitter<AccountsState>();
  readonly changed = this.#changed.event;
  #sitting: Sitting | null = null;
  #school: KnownServer | null = null;
  /** What the server said of itself in this sitting. */
  #said: { readonly url: string; readonly info: ServerInfo } | null = null;

  constructor(dependencies: Dependencies, parts: Parts) {
    this.#deps = dependencies;
    this.#parts = parts;
    this.deviceId = parts.deviceId;
    this.trustedClock = parts.trustedClock;
    this.authorisation = {
      accessToken: async () => this.#sitting?.tokens.accessToken() ?? null,
      replaceToken: async (refused) => {
        if (!this.#sitting) throw new TeachifyError('signed_out', 'Nobody is signed in');
        return this.#sitting.tokens.replaceToken(refused);
      },
    };
  }

  /** Takes up where the last sitting ended. */
  async resume(): Promise<void> {
    const account = await this.#parts.reads.current();
    if (account) {
      const kept = account.refreshToken && this.#deps.vault.unwrap(account.refreshToken);
      this.#sitting = { account, tokens: this.#openTokens(account, kept) };
    }
    this.#school = await this.#parts.reads.server(this.serverUrl());
  }

  state(): AccountsState {
    const url = this.serverUrl();
    const said = this.#said?.url === url ? this.#said.info : null;
    const known = this.#school?.url === url ? this.#school : null;
    return {
      server: { url, name: said?.name ?? known?.name ?? null, demo: said?.demo ?? null },
      student: this.#sitting?.account.student ?? null,
      authorised: this.#sitting?.tokens.held ?? false,
      tokenStorage: this.#deps.vault.kind,
    };
  }

  current(): CurrentStudent | null {
    const account = this.#sitting?.account;
    return account ? { accountId: account.id, serverUrl: account.server, student: account.student } : null;
  }

  signingKey(): SigningKey {
    if (this.#school?.url !== this.serverUrl()) throw new TeachifyError('signed_out', 'No school is known yet');
    return this.#school.signingKey;
  }

  async checkServer(serverUrl: string): Promise<AccountsState> {
    const url = readServerAddress(serverUrl);
    if (url !== this.serverUrl()) {
      if (this.#sitting) throw new TeachifyError('conflict', 'Sign out before changing the school');
    }
    await this.#askServer(url);
    if (url !== this.serverUrl()) this.#deps.saveServerUrl(url);
    return this.#announce();
  }

  async signIn(email: string, password: string): Promise<AccountsState> {
    const server = this.serverUrl();
    const request = signInRequestSchema.safeParse({ email, password, deviceId: this.deviceId });
    if (!request.success) throw new TeachifyError('wrong_credentials', 'E-mail or password is missing');
    const info = await this.#askServer(server);
    const response = await this.#apiAt(server).request({ method: 'POST', path: endpoints.token(), body: request.data, output: tokenResponseSchema });
    const school: KnownServer = { url: server, name: info.name, signingKey: info.signingKey };
    await this.#parts.writes.saveServer(school);
    await this.#enter(server, response);
    this.#school = school;
    return this.#announce();
  }

  async signOut(): Promise<AccountsState> {
    const refreshToken = this.#sitting?.tokens.refreshToken;
    await this.#parts.writes.leave();
    // The server closes the family when it can be told; offline, the token simply ends here.
    const told = refreshToken ? this.#tellSignOut(this.serverUrl(), refreshToken) : Promise.resolve();
    this.#sitting?.tokens.close();
    this.#sitting = null;
    const state = this.#announce();
    await told;
    return state;
  }

  async #enter(server: string, response: TokenResponse): Promise<void> {
    const { student, refreshToken } = response;
    const account = { id: `${server}#${student.id}`, server, student };
    await this.#parts.writes.enter({ ...account, refreshToken: this.#deps.vault.wrap(refreshToken) });
    this.#sitting?.tokens.close();
    this.#sitting = { account, tokens: this.#openTokens(account, response) };
    this.#deps.logger.info('signed in', { server });
  }

  #openTokens({ id, server }: Sitting['account'], given: TokenResponse | string | null): Tokens {
    return new Tokens(given, {
      api: this.#apiAt(server),
      clock: this.#deps.clock,
      keep: (refreshToken) => this.#keep(id, refreshToken),
      refused: () => this.#refused(id),
    });
  }

  /** Written before use. A disk that refuses costs a sign-in at the next start, not this sitting. */
  async #keep(accountId: string, refreshToken: string): Promise<void> {
    try {
      await this.#parts.writes.saveRefreshToken(accountId, this.#deps.vault.wrap(refreshToken));
    } catch (error) {
      this.#deps.logger.error('the new refresh token could not be stored', { error });
    }
  }

  /** The student stays, with everything on the machine; only the server wants a new sign-in. */
  async #refused(accountId: string): Promise<void> {
    this.#deps.logger.info('the server ended the session');
    await this.#parts.writes.saveRefreshToken(accountId, null);
    this.#announce();
  }

  /** Asks the server who it is. A school whose key changed is not the one that was pinned. */
  async #askServer(url: string): Promise<ServerInfo> {
    const info = await this.#apiAt(url).request({ path: endpoints.server(), output: serverInfoSchema });
    const known = await this.#parts.reads.server(url);
    if (known && known.signingKey.x !== info.signingKey.x) {
      throw new TeachifyError('signing_key_changed', 'This is not the school that was here before');
    }
    await this.trustedClock.sawServerTime(info.time);
    this.#school = known;
    this.#said = { url, info };
    return info;
  }

  async #tellSignOut(server: string, refreshToken: string): Promise<void> {
    const signal = AbortSignal.timeout(5_000);
    const request = { method: 'POST' as const, path: endpoints.signOut(), body: { refreshToken }, output: z.undefined(), signal };
    await this.#apiAt(server).request(request).catch((error: unknown) => this.#deps.logger.info('signed out without the server', { error }));
  }

  /** Without a token, at an address that does not change under a request. */
  #apiAt(url: string): ApiClient {
    return createApiClient({ transport: this.#deps.transport, serverUrl: () => url });
  }

  #announce(): AccountsState {
    const state = this.state();
    this.#changed.emit(state);
    return state;
  }
}
