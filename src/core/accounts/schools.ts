import { serverInfoSchema, type ServerInfo, type SigningKey } from '../../shared/api/auth.ts';
import { endpoints } from '../../shared/api/endpoints.ts';
import type { ServerView } from '../../shared/contracts/accounts.ts';
import { isTeachifyError, TeachifyError } from '../../shared/errors.ts';
import type { Clock } from '../base/clock.ts';
import { createApiClient } from '../net/api-client.ts';
import type { ApiClient, Transport } from '../net/ports.ts';
import type { AccountReads, AccountWrites, KnownServer } from './account-repository.ts';
import { followSuccession } from './key-succession.ts';
import type { TrustedClock } from './trusted-clock.ts';

interface Dependencies {
  readonly reads: AccountReads;
  readonly writes: AccountWrites;
  readonly transport: Transport;
  readonly trustedClock: TrustedClock;
  readonly clock: Pick<Clock, 'lasting'>;
}

/** What a school said of itself, and when. */
interface Said {
  readonly info: ServerInfo;
  readonly lasting: number;
}

/** The schools this machine knows: what each said of itself in this sitting, and the key that was pinned at the first sign-in. */
export class Schools {
  readonly #deps: Dependencies;
  readonly #said = new Map<string, Said>();
  readonly #pinned = new Map<string, KnownServer>();

  constructor(dependencies: Dependencies) {
    this.#deps = dependencies;
  }

  /** Without a token, at an address that does not change under a request. */
  apiAt(url: string): ApiClient {
    return createApiClient({ transport: this.#deps.transport, serverUrl: () => url });
  }

  /** With a token that cannot be renewed. */
  apiWith(url: string, accessToken: string): ApiClient {
    const refuse = async () => {
      throw new TeachifyError('session_expired', 'The access token is not taken');
    };
    return createApiClient({ transport: this.#deps.transport, serverUrl: () => url, authorisation: { accessToken: async () => accessToken, replaceToken: refuse } });
  }

  /** Takes what is known of a school from the ledger. */
  async recall(url: string): Promise<void> {
    const known = await this.#deps.reads.server(url);
    if (known) this.#pinned.set(url, known);
  }

  /** Asks the server who it is. A school whose key changed without its own word is not the one that was pinned: throws signing_key_changed. */
  async ask(url: string): Promise<ServerInfo> {
    const info = await this.apiAt(url).request({ path: endpoints.server(), output: serverInfoSchema });
    await this.recall(url);
    const known = this.#pinned.get(url);
    if (known && known.signingKey.x !== info.signingKey.x) await this.#succeed(known, info);
    this.#said.set(url, { info, lasting: this.#deps.clock.lasting() });
    // Anybody may be asked; about the time only a school is believed that somebody signed in to.
    if (known) await this.#believeTime(url);
    return info;
  }

  /** Pins the key of a school that was asked. */
  async pin(url: string, { name, signingKey }: ServerInfo): Promise<void> {
    const school: KnownServer = { url, name, signingKey, earlierKeys: this.#pinned.get(url)?.earlierKeys ?? [] };
    await this.#deps.writes.saveServer(school);
    this.#pinned.set(url, school);
    await this.#believeTime(url);
  }

  async #believeTime(url: string): Promise<void> {
    const said = this.#said.get(url);
    if (said) await this.#deps.trustedClock.sawServerTime(said.info.time + this.#deps.clock.lasting() - said.lasting);
  }

  /** Newest first, once one of them has this id or the school was asked. Throws signed_out when the school was never signed in to, signing_key_changed. */
  async signingKeys(url: string, kid: string | undefined): Promise<readonly SigningKey[]> {
    if (kid !== undefined && !this.#keys(url).some((key) => key.kid === kid)) await this.ask(url).catch(unlessAnotherSchool);
    return this.#keys(url);
  }

  #keys(url: string): readonly SigningKey[] {
    const school = this.#pinned.get(url);
    if (!school) throw new TeachifyError('signed_out', 'No school is known yet');
    return [school.signingKey, ...school.earlierKeys.toReversed()];
  }

  view(url: string): ServerView {
    const said = this.#said.get(url)?.info;
    return { url, name: said?.name ?? this.#pinned.get(url)?.name ?? null, demo: said?.demo ?? null, browser: (said?.oauth ?? null) !== null };
  }

  async #succeed(known: KnownServer, info: ServerInfo): Promise<void> {
    const line = await followSuccession(known.signingKey, info);
    const school: KnownServer = { ...known, signingKey: info.signingKey, earlierKeys: [...known.earlierKeys, ...line.slice(0, -1)] };
    await this.#deps.writes.saveServer(school);
    this.#pinned.set(known.url, school);
  }

  /** What to call it. */
  nameOf(url: string): string {
    return this.view(url).name ?? URL.parse(url)?.host ?? url;
  }
}

/** Without an answer the key stays unknown, and what it signed is refused. */
function unlessAnotherSchool(error: unknown): void {
  if (isTeachifyError(error) && error.code !== 'signing_key_changed') return;
  throw error;
}
