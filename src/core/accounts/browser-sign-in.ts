import * as oauth from 'oauth4webapi';
import { tokenResponseSchema, type ServerInfo, type TokenResponse } from '../../shared/api/auth.ts';
import { fromWire } from '../../shared/api/codec.ts';
import type { BackPage } from '../../shared/contracts/accounts.ts';
import { endpointUrl } from '../../shared/api/endpoints.ts';
import { isTeachifyError, TeachifyError } from '../../shared/errors.ts';
import type { Clock } from '../base/clock.ts';
import { looksLikePage, refusal } from '../net/api-client.ts';
import type { Transport } from '../net/ports.ts';
import { openLoopback } from './loopback.ts';

/** As long as one takes to find a password, and no longer: the address on this machine is open meanwhile. */
const patienceMs = 10 * 60 * 1000;

interface Dependencies {
  readonly transport: Transport;
  /** Opens a page of this server in the system's browser. */
  readonly openBrowser: (address: string, server: string) => Promise<void>;
  readonly deviceId: string;
  readonly backPage: BackPage;
  readonly clock: Clock;
  /** Given what the school still answers when nobody waits for it any more. */
  readonly late: (response: TokenResponse) => void;
}

/**
 * Signs in at the school's own page: OAuth 2.0 authorization code with PKCE (RFC 7636, S256) through the system's browser,
 * back by a loopback redirect (RFC 8252). Throws sign_in_stopped when the student thought better of it, or took too long.
 */
export async function signInByBrowser(server: string, announced: ServerInfo['oauth'], dependencies: Dependencies, signal: AbortSignal): Promise<TokenResponse> {
  if (!announced) throw new TeachifyError('not_found', 'This school offers no sign-in with the browser');
  if (signal.aborted) throw new TeachifyError('sign_in_stopped', 'The student thought better of it');
  const { transport, openBrowser, deviceId, clock, backPage, late } = dependencies;
  const school = { issuer: new URL(server).origin, authorization_endpoint: endpointUrl(server, announced.authorizationUrl), token_endpoint: endpointUrl(server, announced.tokenUrl) };
  const client = { client_id: announced.clientId };
  const [state, verifier] = [oauth.generateRandomState(), oauth.generateRandomCodeVerifier()];
  const loopback = await openLoopback(backPage, ({ searchParams }) => searchParams.get('state') === state);
  const giveUp = new AbortController();
  try {
    await openBrowser(await pageOf(school.authorization_endpoint, { ...client, redirect_uri: loopback.redirectUri, state, verifier }), server);
    const tooLate = clock.sleep(patienceMs, AbortSignal.any([signal, giveUp.signal])).catch(() => undefined);
    const answer = await Promise.race([loopback.answer, tooLate]);
    if (!answer) throw new TeachifyError('sign_in_stopped', 'Nobody came back from the browser');
    const code = oauth.validateAuthResponse(school, client, answer, state);
    const redeem = async () => {
      const response = await oauth.authorizationCodeGrantRequest(school, client, oauth.None(), code, loopback.redirectUri, verifier, {
        additionalParameters: { device_id: deviceId },
        [oauth.customFetch]: fetchBy(transport),
        // Only where the school's address itself is http, which was asked about when it was chosen.
        [oauth.allowInsecureRequests]: server.startsWith('http:'),
      });
      return fromWire(tokenResponseSchema, await oauth.processAuthorizationCodeResponse(school, client, response));
    };
    return await unlessStopped(redeem(), signal, late);
  } catch (error) {
    throw isTeachifyError(error) ? error : inOurWords(error);
  } finally {
    giveUp.abort();
    loopback.close();
  }
}

/** What is under way is not called off, since the school may have opened a session by then: what it answers is given to `late`. */
async function unlessStopped(asked: Promise<TokenResponse>, signal: AbortSignal, late: (response: TokenResponse) => void): Promise<TokenResponse> {
  let stop = () => {};
  const stopped = new Promise<null>((resolve) => (stop = () => resolve(null)));
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  const response = await Promise.race([asked, stopped]).finally(() => signal.removeEventListener('abort', stop));
  if (response && !signal.aborted) return response;
  void asked.then(late, () => undefined);
  throw new TeachifyError('sign_in_stopped', 'The student thought better of it');
}

async function pageOf(endpoint: string, { verifier, ...query }: { client_id: string; redirect_uri: string; state: string; verifier: string }): Promise<string> {
  const url = new URL(endpoint);
  const challenge = await oauth.calculatePKCECodeChallenge(verifier);
  for (const [name, value] of Object.entries({ ...query, response_type: 'code', code_challenge: challenge, code_challenge_method: 'S256' })) url.searchParams.set(name, value);
  return url.href;
}

/** The app's own way to the network, with its proxy and its errors. */
function fetchBy(transport: Transport) {
  return async (url: string, { method, headers, body }: { method: 'POST'; headers: Record<string, string>; body: URLSearchParams }): Promise<Response> => {
    const answer = await transport({ method, url, headers, body: body.toString() });
    const chunks: Uint8Array[] = [];
    for await (const chunk of answer.body) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString('utf8');
    if (looksLikePage(answer, text)) throw new TeachifyError('captive_portal', 'A web page answered instead of the course server');
    if (answer.status >= 400) throw refusal(answer, text);
    return new Response(text, { status: answer.status, headers: { ...answer.headers } });
  };
}

function inOurWords(error: unknown): TeachifyError {
  const isRefused = error instanceof oauth.AuthorizationResponseError;
  return isRefused
    ? new TeachifyError('sign_in_stopped', 'The school sent the student back without a sign-in', { cause: error })
    : new TeachifyError('unexpected_answer', 'The answer is not one of our course server', { cause: error });
}
