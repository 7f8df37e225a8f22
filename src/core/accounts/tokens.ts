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
  readonly keep: (response: TokenResponse) => void;
  /** The server refused for good: sign in again. */
  readonly refused: () => void;
}

/** The tokens of one sitting. The access token lives only here; its age counts by the monotonic clock from receipt. */
export class Tokens implements Authorisation {
  readonly #deps: Dependencies;
  #refreshToken: string | null = null;
  #access: { token: string; staleAt: number; deadAt: number } | null = null;
  #refreshing: Promise<string> | null = null;

  constructor(dependencies: Dependencies) {
    this.#deps = dependencies;
  }

  /** True while there is something to authorise requests with. */
  get held(): boolean {
    return this.#refreshToken !== null;
  }

  get refreshToken(): string | null {
    return this.#refreshToken;
  }

  /** Takes what a sign-in gave, or a refresh token kept from before. */
  take(given: TokenResponse | string): void {
    if (typeof given === 'string') {
      this.#refreshToken = given;
      this.#access = null;
      return;
    }
    const now = this.#deps.clock.monotonic();
    this.#refreshToken = given.refreshToken;
    this.#access = { token: given.accessToken, staleAt: now + given.expiresIn * 1000 * refreshAt, deadAt: now + given.expiresIn * 1000 };
  }

  forget(): void {
    this.#refreshToken = null;
    this.#access = null;
  }

  async accessToken(): Promise<string | null> {
    const now = this.#deps.clock.monotonic();
    if (this.#access && now < this.#access.staleAt) return this.#access.token;
    if (this.#refreshToken === null) return null;
    if (!this.#access || now >= this.#access.deadAt) return this.#refresh();
    // Old but alive: a line that fails now is no reason to fail the request.
    const old = this.#access.token;
    return this.#refresh().catch((error: unknown) => {
      if (isTeachifyError(error, 'session_expired')) throw error;
      return old;
    });
  }

  async replaceToken(refused: string): Promise<string> {
    if (this.#access && this.#access.token !== refused) return this.#access.token;
    return this.#refresh();
  }

  /** One refresh at a time, whoever asks. */
  #refresh(): Promise<string> {
    return (this.#refreshing ??= this.#askServer().finally(() => (this.#refreshing = null)));
  }

  async #askServer(): Promise<string> {
    const refreshToken = this.#refreshToken;
    if (refreshToken === null) throw new TeachifyError('session_expired', 'Sign in again');
    try {
      const body = refreshRequestSchema.parse({ refreshToken });
      const response = await this.#deps.api.request({ method: 'POST', path: endpoints.refresh(), body, output: tokenResponseSchema });
      this.#deps.keep(response);
      this.take(response);
      return response.accessToken;
    } catch (error) {
      const code = isTeachifyError(error) ? error.code : null;
      if (code === 'session_expired' || code === 'forbidden') {
        this.forget();
        this.#deps.refused();
        throw new TeachifyError('session_expired', 'Sign in again', { cause: error });
      }
      throw error;
    }
  }
}
