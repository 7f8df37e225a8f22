import { signInRequestSchema, tokenResponseSchema, type ServerInfo, type TokenResponse } from '../../shared/api/auth.ts';
import { coursesResponseSchema } from '../../shared/api/catalog.ts';
import { endpoints } from '../../shared/api/endpoints.ts';
import type { BackPage } from '../../shared/contracts/accounts.ts';
import { TeachifyError } from '../../shared/errors.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { Transport } from '../net/ports.ts';
import { endSession } from './end-session.ts';
import type { Schools } from './schools.ts';

interface Dependencies {
  readonly schools: Schools;
  readonly deviceId: string;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Opens a page of this server in the system's browser. */
  readonly openBrowser?: ((address: string, server: string) => Promise<void>) | undefined;
}

/** The ways to be let in by a school. Each asks it who it is first, and pins its key once it let somebody in; who sits where is not its business. */
export class SignIns {
  readonly #deps: Dependencies;
  #inBrowser: AbortController | null = null;

  constructor(dependencies: Dependencies) {
    this.#deps = dependencies;
  }

  /** Throws wrong_credentials, rate_limited, unreachable, signing_key_changed, ... */
  async byPassword(server: string, email: string, password: string): Promise<TokenResponse> {
    const { schools, deviceId } = this.#deps;
    const request = signInRequestSchema.safeParse({ email, password, deviceId });
    if (!request.success) throw new TeachifyError('wrong_credentials', 'E-mail or password is missing');
    const info = await schools.ask(server);
    const response = await schools.apiAt(server).request({ method: 'POST', path: endpoints.token(), body: request.data, output: tokenResponseSchema });
    return this.#admit(server, info, response);
  }

  /** At the school's own page; one at a time. Throws sign_in_stopped. */
  async byBrowser(server: string, backPage: BackPage): Promise<TokenResponse> {
    const { schools, openBrowser, transport, clock, deviceId } = this.#deps;
    if (!openBrowser) throw new TeachifyError('not_found', 'There is no browser here');
    this.stopBrowser();
    const stopping = (this.#inBrowser = new AbortController());
    const info = await schools.ask(server);
    // Its OAuth library is no part of a start.
    const { signInByBrowser } = await import('./browser-sign-in.ts');
    const late = (response: TokenResponse) => this.drop(server, response);
    const response = await signInByBrowser(server, info.oauth, { transport, openBrowser, clock, backPage, deviceId, late }, stopping.signal);
    return this.#admit(server, info, response);
  }

  /** Nobody sits down by what a school gave: it closes the session again. */
  drop(server: string, { refreshToken }: TokenResponse): void {
    void endSession(server, refreshToken, this.#deps);
  }

  stopBrowser(): void {
    this.#inBrowser?.abort();
  }

  /** With a token that somebody else got. Gives the school's time, ms since the Unix epoch. Throws session_expired, unreachable, ... */
  async byToken(server: string, accessToken: string): Promise<number> {
    const { schools } = this.#deps;
    const info = await schools.ask(server);
    // Whose token it is, is the school's to say: it answers nobody else.
    await schools.apiWith(server, accessToken).request({ path: endpoints.courses(), output: coursesResponseSchema, authorised: true });
    await schools.pin(server, info);
    return info.time;
  }

  async #admit(server: string, info: ServerInfo, response: TokenResponse): Promise<TokenResponse> {
    await this.#deps.schools.pin(server, info).catch((error: unknown) => {
      this.drop(server, response);
      throw error;
    });
    return response;
  }
}
