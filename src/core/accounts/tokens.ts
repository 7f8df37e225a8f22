import { refreshRequestSchema, tokenResponseSchema, type TokenResponse } from '../../shared/api/auth.ts';
import { endpoints } from '../../shared/api/endpoints.ts';
import { isTeachifyError, TeachifyError } from '../../shared/errors.ts';
import type { Clock } from '../base/clock.ts';
import type { ApiClient, Authorisation } from '../net/ports.ts';

/** Refreshed when this share of its life is over, so that no request meets a token that dies on the way. */
const refreshAt = 0.8;

interface Dependencies {
  /** Without tokens. */
  readonly api: ApiClient;
  readonly clock: Clock;
  /** Called with each new refresh token before it is used, so that a crash cannot lose it. */
  readonly keep: (refreshToken: string) => Promise<void>;
  /** The server refused for good: sign in again. */
  readonly refused: () => Promise<void>;
  /** What was kept cannot be read any more: the sitting has nothing to authorise requests with. */
  readonly unreadable: () => void;
  /** The same student's of before: what still goes by them goes on by these. */
  readonly before?: Tokens | undefined;
}

/** Reads the refresh token kept from before; null when it cannot be read any more. */
export type ReadKept = () => string | null;

/** An access token without anything to renew it by. */
export interface Bearer {
  readonly accessToken: string;
  readonly lifeMs: number;
}

interface AccessToken {
  readonly token: string;
  /** Monotonic ms. */
  readonly staleAt: number;
  readonly deadAt: number;
}

/**
 * The tokens of one student's sitting. The access token lives only here; its age counts by the monotonic clock from
 * receipt. When the student leaves, it is closed: it never serves another's request, nor stores what arrives late.
 */
export class Tokens implements Authorisation {
  readonly #deps: Dependencies;
  /** Every access token of this student in this sitting, so that another student's is known as such. */
  readonly #issued: Set<string>;
  #refreshToken: string | null;
  #unread: ReadKept | null;
  #access: AccessToken | null = null;
  #refreshing: Promise<string> | null = null;
  #closed = false;

  /** Begins with what a sign-in gave, or with what was kept from before (read when it is first needed: a keychain takes its time), or with an access token alone; null when nothing was kept. */
  constructor(given: TokenResponse | ReadKept | Bearer | null, dependencies: Dependencies) {
    this.#deps = dependencies;
    this.#issued = new Set(dependencies.before ? dependencies.before.#issued : []);
    this.#refreshToken = null;
    this.#unread = typeof given === 'function' ? given : null;
    if (given === null || typeof given === 'function') return;
    if ('lifeMs' in given) this.#borrow(given);
    else this.#take(given);
  }

  /** True while there is something to authorise requests with. */
  get held(): boolean {
    return !this.#closed && (this.#unread !== null || this.#refreshToken !== null || this.#isAlive());
  }

  /** True until what was kept from before is read. */
  get unread(): boolean {
    return this.#unread !== null;
  }

  get refreshToken(): string | null {
    this.readKept();
    return this.#refreshToken;
  }

  /** Reads what was kept from before, if that was not done yet. */
  readKept(): void {
    const read = this.#unread;
    if (!read) return;
    this.#unread = null;
    this.#refreshToken = read();
    if (this.#refreshToken === null) this.#deps.unreadable();
  }

  close(): void {
    this.#closed = true;
    this.#unread = null;
    this.#refreshToken = null;
    this.#access = null;
  }

  async accessToken(): Promise<string | null> {
    const now = this.#deps.clock.monotonic();
    if (this.#access && now < this.#access.staleAt) return this.#access.token;
    if (this.refreshToken === null) return this.#isAlive() ? (this.#access?.token ?? null) : null;
    if (!this.#access || now >= this.#access.deadAt) return this.#refresh();
    // Old but alive: a line that fails now is no reason to fail the request.
    const old = this.#access.token;
    return this.#refresh().catch((error: unknown) => {
      if (isTeachifyError(error, 'session_expired')) throw error;
      return old;
    });
  }

  async replaceToken(refused: string): Promise<string> {
    if (!this.#issued.has(refused)) throw new TeachifyError('signed_out', 'The request was of another student');
    if (this.#access && this.#access.token !== refused) return this.#access.token;
    return this.#refresh();
  }

  #isAlive(): boolean {
    return this.#access !== null && this.#deps.clock.monotonic() < this.#access.deadAt;
  }

  #borrow({ accessToken, lifeMs }: Bearer): void {
    const deadAt = this.#deps.clock.monotonic() + lifeMs;
    this.#access = { token: accessToken, staleAt: deadAt, deadAt };
    this.#issued.add(accessToken);
  }

  #take(given: TokenResponse): void {
    const now = this.#deps.clock.monotonic();
    const lifeMs = given.expiresIn * 1000;
    this.#refreshToken = given.refreshToken;
    this.#access = { token: given.accessToken, staleAt: now + lifeMs * refreshAt, deadAt: now + lifeMs };
    this.#issued.add(given.accessToken);
  }

  /** One refresh at a time, whoever asks; one asker's cancelling does not cancel it for the others. */
  #refresh(): Promise<string> {
    return (this.#refreshing ??= this.#askServer().finally(() => (this.#refreshing = null)));
  }

  async #askServer(): Promise<string> {
    const { refreshToken } = this;
    if (refreshToken === null) throw new TeachifyError('session_expired', 'Sign in again');
    try {
      const body = refreshRequestSchema.parse({ refreshToken });
      const response = await this.#deps.api.request({ method: 'POST', path: endpoints.refresh(), body, output: tokenResponseSchema });
      if (this.#closed) throw new TeachifyError('signed_out', 'The student left meanwhile');
      await this.#deps.keep(response.refreshToken);
      if (!this.#closed) this.#take(response);
      return response.accessToken;
    } catch (error) {
      if (!isTeachifyError(error, 'session_expired') && !isTeachifyError(error, 'forbidden')) throw error;
      if (!this.#closed) {
        this.#refreshToken = null;
        this.#access = null;
        await this.#deps.refused();
      }
      throw new TeachifyError('session_expired', 'Sign in again', { cause: error });
    }
  }
}
