import { net, type ClientRequest, type IncomingMessage, type Session } from 'electron';
import type { Readable } from 'node:stream';
import { isSameOrigin } from '../../shared/api/endpoints.ts';
import { TeachifyError } from '../../shared/errors.ts';
import { lineFailure } from '../../core/net/line-error.ts';
import { defaultIdleTimeoutMs, maxRedirects } from '../../core/net/line-options.ts';
import type { DroppableTransport, TransportRequest, TransportResponse } from '../../core/net/ports.ts';
import { codeOfChromium } from './chromium-errors.ts';

/** Where the server sends us instead of answering. */
interface Elsewhere {
  readonly location: string;
}

/**
 * HTTP by Chromium, for lines that only it can speak over: proxies that are chosen by a script, speak SOCKS, or want the
 * computer's own sign-in (NTLM, Kerberos). Slower than Node's own, so it is asked only where it has to be.
 */
export function createChromiumTransport({ session, userAgent }: { readonly session: Session; readonly userAgent: string }): DroppableTransport {
  const transport = async (request: TransportRequest): Promise<TransportResponse> => {
    const { authorization, ...others } = request.headers;
    let url = request.url;
    for (let redirects = 0; ; redirects++) {
      const mayKnow = authorization !== undefined && isSameOrigin(url, request.url);
      const headers = { 'accept-encoding': 'identity', ...others, ...(mayKnow ? { authorization } : {}), 'user-agent': userAgent };
      const answer = await ask(session, { ...request, url, headers });
      if (!('location' in answer)) return answer;
      if (redirects === maxRedirects || request.body !== undefined) throw lineFailure('unexpected_answer', new Error('redirected too often, or with a body'));
      url = answer.location;
    }
  };
  return Object.assign(transport, { dropConnections: () => void session.closeAllConnections() });
}

/** One request to one address. */
function ask(session: Session, { url, method, headers, body, signal, idleTimeoutMs = defaultIdleTimeoutMs }: TransportRequest): Promise<TransportResponse | Elsewhere> {
  return new Promise((resolve, reject) => {
    // Pieces are kept by the piece store; a second copy in Chromium's cache helps nobody.
    const request = net.request({ url, method, session, redirect: 'manual', cache: 'no-store' });
    const silence = watchSilence(request, idleTimeoutMs);
    const cancel = () => request.abort();
    const failure = (error: unknown): TeachifyError => {
      if (signal?.aborted) return new TeachifyError('cancelled', 'The request was cancelled', { cause: error });
      return lineFailure(silence.broken() ? 'timeout' : codeOfChromium(error), error);
    };
    const over = () => {
      silence.end();
      signal?.removeEventListener('abort', cancel);
    };
    const fail = (error: unknown) => {
      over();
      reject(failure(error));
    };
    request.on('error', fail);
    request.on('abort', () => fail(new Error('aborted')));
    request.on('redirect', (_status, _method, location) => {
      over();
      resolve({ location });
    });
    request.on('response', (response) => {
      silence.heard();
      resolve({ status: response.statusCode, headers: flatten(response.headers), url, body: bodyOf(response, request, silence, { over, failure }) });
    });
    for (const [name, value] of Object.entries(headers)) request.setHeader(name, value);
    signal?.addEventListener('abort', cancel, { once: true });
    if (signal?.aborted) return cancel();
    request.end(body === undefined ? undefined : Buffer.from(body));
  });
}

interface Silence {
  heard(): void;
  broken(): boolean;
  end(): void;
}

/** Gives the request up when no byte moved for so long. */
function watchSilence(request: ClientRequest, idleMs: number): Silence {
  let isBroken = false;
  const timer = setTimeout(() => {
    isBroken = true;
    request.abort();
  }, idleMs);
  return { heard: () => void timer.refresh(), broken: () => isBroken, end: () => clearTimeout(timer) };
}

async function* bodyOf(
  response: IncomingMessage,
  request: ClientRequest,
  silence: Silence,
  { over, failure }: { readonly over: () => void; readonly failure: (error: unknown) => TeachifyError },
): AsyncGenerator<Uint8Array> {
  let ended = false;
  try {
    // Electron's message is a Readable; its types do not say so.
    for await (const chunk of response as unknown as Readable) {
      silence.heard();
      yield chunk as Uint8Array;
    }
    ended = true;
  } catch (error) {
    throw failure(error);
  } finally {
    over();
    if (!ended) request.abort();
  }
}

function flatten(headers: IncomingMessage['headers']): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value]));
}
