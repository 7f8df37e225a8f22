import type { SigningKey, TokenResponse } from '../../shared/api/auth.ts';
import type { AccountsState, BackPage, PinProof } from '../../shared/contracts/accounts.ts';
import { isTeachifyError, TeachifyError } from '../../shared/errors.ts';
import type { Clock } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import type { Logger } from '../base/logger.ts';
import type { Random } from '../base/random.ts';
import type { Connection } from '../database/connection.ts';
import type { Authorisation, Transport } from '../net/ports.ts';
import type { AccountReads, AccountWrites, StoredAccount } from './account-repository.ts';
import { viewAccounts } from './accounts-view.ts';
import { readBearer } from './bearer.ts';
import { passPinGate } from './pin-gate.ts';
import { hashPin } from './pin.ts';
import type { AccountId, AccountsAndTokens, CurrentStudent, SecretVault } from './ports.ts';
import type { Schools } from './schools.ts';
import { Secrets } from './secrets.ts';
import { isOpenToOthers, readServerAddress, speaksPlainHttp } from './server-address.ts';
import { SignIns } from './sign-ins.ts';
import { Sittings } from './sittings.ts';
import type { TrustedClock } from './trusted-clock.ts';

export interface MachineDependencies {
  readonly database: Connection;
  readonly transport: Transport;
  readonly vault: SecretVault;
  /** From settings, the environment or the build: where one signs in. A student who is here stays with the school of the sign-in. */
  readonly configuredServerUrl: () => string;
  readonly saveServerUrl: (url: string) => Promise<void>;
  /** Whether this is a shared computer. */
  readonly isShared: () => boolean;
  /** Wipes what opens lessons and lies elsewhere than in the ledger, but what is those students' who stay. */
  readonly forgetKeys: (staying: readonly { readonly id: AccountId; readonly server: string }[]) => Promise<void>;
  /** Opens a page of this server in the system's browser. */
  readonly openBrowser?: ((address: string, server: string) => Promise<void>) | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

export interface MachineParts {
  readonly reads: AccountReads;
  readonly writes: AccountWrites;
  readonly schools: Schools;
  readonly deviceId: string;
  readonly trustedClock: TrustedClock;
}

/** Who has the machine. */
type Place = { readonly kind: 'nobody' } | { readonly kind: 'here' | 'away'; readonly account: Account };
type Account = Omit<StoredAccount, 'refreshToken' | 'pin'>;

const nobody: Place = { kind: 'nobody' };

/** Built by `createAccounts`. */
export class MachineAccounts implements AccountsAndTokens {
  readonly deviceId: string;
  readonly trustedClock: TrustedClock;
  readonly authorisation: Authorisation;
  readonly serverUrl = (): string => this.#account()?.server ?? this.#signInUrl();
  readonly #deps: MachineDependencies;
  readonly #parts: MachineParts;
  readonly #sittings: Sittings;
  readonly #signIns: SignIns;
  readonly #secrets: Secrets;
  readonly #changed = new Emitter<AccountsState>();
  readonly changed = this.#changed.event;
  #place: Place = nobody;
  #listed: readonly StoredAccount[] = [];

  constructor(dependencies: MachineDependencies, parts: MachineParts) {
    this.#deps = dependencies;
    this.#parts = parts;
    this.deviceId = parts.deviceId;
    this.trustedClock = parts.trustedClock;
    this.#secrets = new Secrets({ ...dependencies, ...parts });
    this.#sittings = new Sittings({ ...dependencies, ...parts, vault: () => this.#secrets.vault, refused: () => void this.#announce() });
    this.#signIns = new SignIns({ ...dependencies, ...parts });
    this.authorisation = this.#sittings.authorisation(() => this.#account()?.id ?? null);
  }

  /** Takes up where the last sitting ended; on a shared computer nobody is here at first. */
  async resume(): Promise<void> {
    const { reads, writes, schools } = this.#parts;
    if (this.#deps.isShared()) {
      await writes.choose(null);
      await writes.forgetRefreshTokens();
    }
    const account = await reads.current();
    if (account) this.#place = { kind: 'here', account: this.#sittings.open(account) };
    await this.#listAnew();
    for (const url of new Set([this.serverUrl(), this.#signInUrl(), ...this.#listed.map(({ server }) => server)])) await schools.recall(url);
  }

  state(): AccountsState {
    return viewAccounts({
      ...{ schools: this.#parts.schools, serverUrl: this.serverUrl(), signInUrl: this.#signInUrl(), hasBrowser: this.#deps.openBrowser !== undefined },
      ...{ account: this.#account(), listed: this.#listed, tokens: this.#tokens(), vault: this.#secrets.vault },
      ...{ shared: this.#deps.isShared(), locked: this.#place.kind === 'away' },
    });
  }

  askKeychain(): AccountsState {
    this.#tokens()?.readKept();
    return this.state();
  }

  current(): CurrentStudent | null {
    const account = this.#account();
    return account ? { accountId: account.id, serverUrl: account.server, student: account.student } : null;
  }

  closed(): boolean {
    return this.#place.kind === 'away' || (this.#place.kind === 'nobody' && this.#deps.isShared());
  }

  signingKeys(kid: string | undefined): Promise<readonly SigningKey[]> {
    return this.#parts.schools.signingKeys(this.serverUrl(), kid);
  }

  async checkServer(serverUrl: string, { unencrypted = false }: { readonly unencrypted?: boolean } = {}): Promise<AccountsState> {
    const url = readServerAddress(serverUrl);
    const isNew = url !== this.#signInUrl();
    if (isNew && !unencrypted && isOpenToOthers(url)) throw new TeachifyError('not_encrypted', 'Passwords would cross the network for all to read');
    await this.#parts.schools.ask(url).catch((error: unknown) => {
      throw speaksPlainHttp(error) ? new TeachifyError('no_https', 'The server does not speak https', { cause: error }) : error;
    });
    if (isNew) await this.#deps.saveServerUrl(url);
    return this.#announce();
  }

  async signIn(email: string, password: string, again?: AccountId): Promise<AccountsState> {
    const [server, before] = [this.#serverFor(again), this.#place];
    return this.#enter(server, await this.#signIns.byPassword(server, email, password), before);
  }

  async signInByToken(accessToken: string): Promise<AccountsState> {
    const { studentId, endsAtMs } = readBearer(accessToken);
    const server = this.#signInUrl();
    const id: AccountId = `${server}#${studentId}`;
    const { writes, reads } = this.#parts;
    try {
      const time = await this.#signIns.byToken(server, accessToken);
      await writes.enterUnnamed(id, server, studentId);
      const account = await reads.current();
      if (!account) throw new TeachifyError('signed_out', 'The student left meanwhile');
      this.#sittings.beginWith(account, { accessToken, lifeMs: endsAtMs - time });
      await this.#listAnew();
      this.#place = { kind: 'here', account: { id, server, student: account.student } };
      return this.#announce();
    } catch (error) {
      if (isTeachifyError(error) && error.retryable && this.#account()?.id === id) return this.state();
      throw error;
    }
  }

  async signInByBrowser(backPage: BackPage, again?: AccountId): Promise<AccountsState> {
    const [server, before] = [this.#serverFor(again), this.#place];
    return this.#enter(server, await this.#signIns.byBrowser(server, backPage), before);
  }

  stopBrowserSignIn(): void {
    this.#signIns.stopBrowser();
  }

  async signOut(): Promise<AccountsState> {
    const account = this.#account();
    if (!account) return this.state();
    await this.#secrets.leave(account.id, this.#listed);
    await this.#listAnew();
    const told = this.#sittings.close(account);
    this.#place = nobody;
    const state = this.#announce();
    await told;
    return state;
  }

  async choose(accountId: AccountId, pin: string | null): Promise<AccountsState> {
    const { reads, writes } = this.#parts;
    const stored = (await reads.listed()).find(({ id }) => id === accountId);
    if (!stored) throw new TeachifyError('not_found', 'This student is not on this computer');
    const isHere = this.#place.kind === 'here' && this.#place.account.id === accountId;
    if (isHere) return this.state();
    if (this.#deps.isShared()) await passPinGate(stored, pin, writes).finally(() => this.#listAnew());
    await writes.choose(accountId);
    this.#place = { kind: 'here', account: this.#sittings.open(stored) };
    return this.#announce();
  }

  async setPin(pin: string | null, proof: PinProof | null): Promise<AccountsState> {
    if (this.closed()) throw new TeachifyError('locked', 'Nobody may see anything now');
    const account = this.#account();
    if (!account) throw new TeachifyError('signed_out', 'Nobody is signed in');
    await this.#proveOwner(account, proof);
    await this.#parts.writes.savePin(account.id, pin === null ? null : await hashPin(pin));
    await this.#listAnew();
    return this.#announce();
  }

  lock(): AccountsState {
    if (this.#place.kind !== 'here' || !this.#deps.isShared()) return this.state();
    this.#place = { ...this.#place, kind: 'away' };
    return this.#announce();
  }

  async stepAside(): Promise<AccountsState> {
    if (this.#place.kind === 'nobody') return this.state();
    await this.#parts.writes.choose(null);
    this.#place = nobody;
    return this.#announce();
  }

  async sharingChanged(): Promise<void> {
    if (this.#deps.isShared()) {
      await this.#secrets.share(this.#listed);
    } else {
      await this.#dismissOthers();
      await this.#sittings.keepTokens();
    }
    this.#announce();
  }

  /** Without the lock nothing asks for their PINs any more: each proves once who they are. */
  async #dismissOthers(): Promise<void> {
    const others = this.#listed.filter(({ id }) => id !== this.#account()?.id);
    await this.#parts.writes.unmarkShared();
    await this.#listAnew();
    for (const other of others) void this.#sittings.close(other);
  }

  /** A seat that was left open is no way to somebody else's PIN: who guesses at it there finds it locked. */
  async #proveOwner({ id, server, student }: Account, proof: PinProof | null): Promise<void> {
    const stored = this.#listed.find((known) => known.id === id);
    if (!stored || stored.pin === null) return;
    if (proof !== null && 'password' in proof) {
      const [before, response] = [this.#place, await this.#signIns.byPassword(server, student.email, proof.password)];
      // It was given to change a PIN, not to open what was locked meanwhile.
      if (this.closed()) {
        this.#signIns.drop(server, response);
        throw new TeachifyError('locked', 'Nobody may see anything now');
      }
      return void (await this.#enter(server, response, before));
    }
    await passPinGate(stored, proof?.pin ?? null, this.#parts.writes).finally(() => this.#listAnew()).catch((error: unknown) => {
      if (proof !== null && isTeachifyError(error, 'password_needed')) this.lock();
      throw error;
    });
  }

  /** `before`: who had the machine when it began. Whoever sat down since is not to find another one in their place. */
  async #enter(server: string, response: TokenResponse, before: Place): Promise<AccountsState> {
    const { student, refreshToken } = response;
    const account: Account = { id: `${server}#${student.id}`, server, student };
    const now = this.#place;
    const isTaken = now.kind === 'here' && now !== before && now.account.id !== account.id;
    try {
      if (isTaken) throw new TeachifyError('cancelled', 'Another student sat down meanwhile');
      await this.#parts.writes.enter({ ...account, refreshToken: this.#secrets.vault.wrap(refreshToken) });
    } catch (error) {
      this.#signIns.drop(server, response);
      throw error;
    }
    await this.#listAnew();
    this.#sittings.begin(account, response);
    this.#place = { kind: 'here', account };
    this.#deps.logger.info('signed in', { server });
    return this.#announce();
  }

  #serverFor(again: AccountId | undefined): string {
    if (again === undefined) return this.#signInUrl();
    const known = this.#listed.find(({ id }) => id === again);
    if (!known) throw new TeachifyError('not_found', 'This student is not on this computer');
    return known.server;
  }

  #signInUrl(): string {
    return this.#deps.configuredServerUrl().replace(/\/+$/, '');
  }

  #account(): Account | null {
    return this.#place.kind === 'nobody' ? null : this.#place.account;
  }

  #tokens() {
    const account = this.#account();
    return account && this.#sittings.tokens(account.id);
  }

  async #listAnew(): Promise<void> {
    this.#listed = await this.#parts.reads.listed();
  }

  #announce(): AccountsState {
    const state = this.state();
    this.#changed.emit(state);
    return state;
  }
}
