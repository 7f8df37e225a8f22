import { serverInfoSchema, signInRequestSchema, tokenResponseSchema, type ServerInfo, type SigningKey } from '../../shared/api/auth.ts';
import { endpoints } from '../../shared/api/endpoints.ts';
import type { AccountsState } from '../../shared/contracts/accounts.ts';
import { TeachifyError } from '../../shared/errors.ts';
import { z } from 'zod';
import type { Clock } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import type { Logger } from '../base/logger.ts';
import type { Random } from '../base/random.ts';
import type { Connection } from '../database/connection.ts';
import type { ApiClient, Authorisation } from '../net/ports.ts';
import { AccountRepository, type StoredAccount } from './account-repository.ts';
import type { Accounts, CurrentStudent, PinnedKeys, SecretVault } from './ports.ts';
import { Tokens } from './tokens.ts';

interface Dependencies {
  readonly database: Connection;
  /** Carries no token; asks the server at `serverUrl()`. */
  readonly api: ApiClient;
  readonly vault: SecretVault;
  readonly serverUrl: () => string;
  readonly setServerUrl: (url: string) => void;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

export type AccountsWithTokens = Accounts & PinnedKeys & { readonly authorisation: Authorisation };

/** Who is at the machine, by which school, with which tokens. */
export function createAccounts(dependencies: Dependencies): AccountsWithTokens {
  return new MachineAccounts(dependencies);
}

class MachineAccounts implements Accounts, PinnedKeys {
  readonly deviceId: string;
  readonly authorisation: Tokens;
  readonly #deps: Dependencies;
  readonly #rows: AccountRepository;
  readonly #changed = new Emitter<AccountsState>();
  #current: StoredAccount | null;
  /** What the server said of itself in this sitting. */
  #info: { url: string; info: ServerInfo } | null = null;
  readonly changed = this.#changed.event;

  constructor(dependencies: Dependencies) {
    this.#deps = dependencies;
    this.#rows = new AccountRepository(dependencies.database);
    this.deviceId = this.#rows.deviceId(() => dependencies.random.id());
    this.authorisation = new Tokens({
      api: dependencies.api,
      clock: dependencies.clock,
      keep: ({ refreshToken }) => this.#keep(refreshToken),
      refused: () => this.#refused(),
    });
    this.#current = this.#rows.current();
    const kept = this.#current?.refreshToken ? dependencies.vault.unwrap(this.#current.refreshToken) : null;
    if (kept) this.authorisation.take(kept);
  }

  state(): AccountsState {
    const url = this.#serverUrl();
    const known = this.#rows.server(url);
    const said = this.#info?.url === url ? this.#info.info : null;
    return {
      server: { url, name: said?.name ?? known?.name ?? null, demo: said?.demo ?? null },
      student: this.#current?.student ?? null,
      authorised: this.authorisation.held,
      tokenStorage: this.#deps.vault.kind,
    };
  }

  current(): CurrentStudent | null {
    const account = this.#current;
    return account && { accountId: account.id, serverUrl: account.server, student: account.student };
  }

  signingKey(): SigningKey {
    const known = this.#rows.server(this.#serverUrl());
    if (!known) throw new TeachifyError('signed_out', 'No school is known yet');
    return known.signingKey;
  }

  async checkServer(serverUrl: string): Promise<AccountsState> {
    const url = readServerUrl(serverUrl);
    if (url !== this.#serverUrl()) {
      if (this.#current) throw new TeachifyError('conflict', 'Sign out before changing the school');
      this.#deps.setServerUrl(url);
    }
    await this.#ask();
    return this.#announce();
  }

  async signIn(email: string, password: string): Promise<AccountsState> {
    const info = await this.#ask();
    const body = signInRequestSchema.parse({ email, password, deviceId: this.deviceId });
    const response = await this.#deps.api.request({ method: 'POST', path: endpoints.token(), body, output: tokenResponseSchema });
    const server = this.#serverUrl();
    this.#rows.saveServer({ url: server, name: info.name, signingKey: info.signingKey, lastSeen: info.time });
    const { student } = response;
    const account = { id: `${server}#${student.id}`, server, student, refreshToken: this.#deps.vault.wrap(response.refreshToken) };
    this.#rows.enter(account);
    this.#current = account;
    this.authorisation.take(response);
    this.#deps.logger.info('signed in', { account: account.id });
    return this.#announce();
  }

  async signOut(): Promise<AccountsState> {
    const { refreshToken } = this.authorisation;
    this.authorisation.forget();
    this.#rows.leave();
    this.#current = null;
    // The server closes the family when it can be told; offline, the token simply ends here.
    if (refreshToken) {
      const body = { refreshToken };
      await this.#deps.api.request({ method: 'POST', path: endpoints.signOut(), body, output: z.undefined() }).catch(() => {});
    }
    return this.#announce();
  }

  /** Asks the server who it is. A school whose key changed is not the one that was pinned. */
  async #ask(): Promise<ServerInfo> {
    const url = this.#serverUrl();
    const info = await this.#deps.api.request({ path: endpoints.server(), output: serverInfoSchema });
    const known = this.#rows.server(url);
    if (known && known.signingKey.x !== info.signingKey.x) {
      throw new TeachifyError('signing_key_changed', 'This is not the school that was here before');
    }
    if (known) this.#rows.sawServer(url, info.time);
    this.#info = { url, info };
    return info;
  }

  #serverUrl(): string {
    return this.#current?.server ?? this.#deps.serverUrl();
  }

  #keep(refreshToken: string): void {
    if (this.#current) this.#rows.saveRefreshToken(this.#current.id, this.#deps.vault.wrap(refreshToken));
  }

  /** The student stays, with everything on the machine; only the server wants a new sign-in. */
  #refused(): void {
    if (this.#current) this.#rows.saveRefreshToken(this.#current.id, null);
    this.#announce();
  }

  #announce(): AccountsState {
    const state = this.state();
    this.#changed.emit(state);
    return state;
  }
}

function readServerUrl(text: string): string {
  const withScheme = /^https?:\/\//i.test(text.trim()) ? text.trim() : `https://${text.trim()}`;
  const url = URL.canParse(withScheme) ? new URL(withScheme) : null;
  if (!url || url.username || url.password || url.search || url.hash) throw new TeachifyError('bad_request', 'This is not the address of a server');
  return url.href.replace(/\/+$/, '');
}
