import type { Logger } from '../base/logger.ts';
import type { AccountWrites, StoredAccount } from './account-repository.ts';
import type { AccountId, SecretVault } from './ports.ts';

interface Dependencies {
  readonly writes: Pick<AccountWrites, 'leave' | 'forgetRefreshTokens' | 'forgetLeasesOfLeft' | 'wipeSetAside'>;
  readonly isShared: () => boolean;
  readonly vault: SecretVault;
  readonly forgetKeys: (staying: readonly Pick<StoredAccount, 'id' | 'server'>[]) => Promise<void>;
  readonly logger: Logger;
}

const memoryOnly: SecretVault = { kind: 'memory', wrap: () => null, unwrap: () => null };

/** What a shared computer must not keep, and when it goes. What cannot be wiped is logged: it is no reason for anybody to stay. */
export class Secrets {
  readonly #deps: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#deps = dependencies;
  }

  /** Where tokens are kept. */
  get vault(): SecretVault {
    return this.#deps.isShared() ? memoryOnly : this.#deps.vault;
  }

  /** A student signs out of this computer, where these were listed until now. */
  async leave(leaving: AccountId, listed: readonly StoredAccount[]): Promise<void> {
    const { writes, isShared } = this.#deps;
    // Whoever is cut off after this is still here, and asks for the keys again.
    if (isShared()) await this.#forgetKeys(listed.filter(({ id }) => id !== leaving));
    await writes.leave(leaving, { wipe: isShared() });
    if (isShared()) this.#wipeSetAside();
  }

  /** This became a shared computer, and these are listed on it. Who signed out before, while it was not, left what opens their lessons. */
  async share(listed: readonly StoredAccount[]): Promise<void> {
    const { writes } = this.#deps;
    await writes.forgetRefreshTokens();
    await writes.forgetLeasesOfLeft();
    await this.#forgetKeys(listed);
    this.#wipeSetAside();
  }

  async #forgetKeys(staying: readonly StoredAccount[]): Promise<void> {
    await this.#deps.forgetKeys(staying).catch((error: unknown) => this.#deps.logger.error('keys of lessons from elsewhere could not be wiped', { error }));
  }

  #wipeSetAside(): void {
    try {
      this.#deps.writes.wipeSetAside();
    } catch (error) {
      this.#deps.logger.error('a damaged database could not be wiped', { error });
    }
  }
}
