import type { Dispatcher } from 'undici';
import { isSameOrigin } from '../../shared/api/endpoints.ts';
import { TeachifyError } from '../../shared/errors.ts';
import { BodyQueue } from './body-queue.ts';
import { lineError } from './line-error.ts';
import { ReceivedMemory } from './received-memory.ts';
import { maxRedirects, patienceOf, trustedAuthorities, withoutProxy, withUsableProxies, type LineOptions } from './line-options.ts';
import type { PieceTransport, TransportRequest, TransportResponse } from './ports.ts';

type Controller = Dispatcher.DispatchController;
type Headers = Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>[2];

/**
 * HTTP by undici, for the bytes of lessons: the same as got's transport in every answer, for less of the
 * processor's time (docs/downloads.md has the figures). Loaded when the first byte is wanted.
 */
export function createUndiciTransport(options: LineOptions): PieceTransport {
  const { userAgent, extraCa = [] } = options;
  const env = withUsableProxies(options.env ?? {});
  const { connectMs, idleMs } = patienceOf(options);
  const memory = new ReceivedMemory();
  const open = async (): Promise<Dispatcher> => {
    const { EnvHttpProxyAgent } = await import('undici');
    const tls = { ca: trustedAuthorities(extraCa), timeout: connectMs, ...memory.socketOptions };
    return new EnvHttpProxyAgent({
      httpProxy: env['HTTP_PROXY'] ?? env['http_proxy'] ?? '',
      httpsProxy: env['HTTPS_PROXY'] ?? env['https_proxy'] ?? '',
      noProxy: withoutProxy(env),
      proxyTunnel: false,
      // Several ranges over one connection would all wait for the same lost packet.
      allowH2: false,
      ...{ connect: tls, requestTls: tls, proxyTls: tls },
    });
  };
  let opened: Promise<Dispatcher> | null = null;

  const transport = async (request: TransportRequest): Promise<TransportResponse> => {
    const dispatcher = await (opened ??= open());
    const { authorization, ...others } = request.headers;
    const headers = { 'accept-encoding': 'identity', ...others, 'user-agent': userAgent };
    let url = request.url;
    for (let redirects = 0; ; redirects++) {
      const mayKnow = authorization !== undefined && isSameOrigin(url, request.url);
      const response = await ask(dispatcher, memory, { idleTimeoutMs: idleMs, ...request, url, headers: mayKnow ? { ...headers, authorization } : headers });
      const next = redirectOf(response);
      if (!next) return response;
      await response.body[Symbol.asyncIterator]().return?.();
      if (redirects === maxRedirects) throw new TeachifyError('unexpected_answer', 'What answered sends us in circles');
      url = next;
    }
  };
  return Object.assign(transport, {
    giveBack: (chunk: Uint8Array) => memory.giveBack(chunk),
    dropConnections: () => {
      const old = opened;
      opened = null;
      void old?.then((dispatcher) => dispatcher.destroy());
    },
  });
}

/** Where the answer sends us, or null. Only what is asked without a body is asked elsewhere. */
function redirectOf({ status, headers, url }: TransportResponse): string | null {
  if (![301, 302, 303, 307, 308].includes(status) || !headers['location']) return null;
  const next = URL.parse(headers['location'], url);
  return next && /^https?:$/.test(next.protocol) ? next.href : null;
}

/** One request to one address. */
function ask(dispatcher: Dispatcher, memory: ReceivedMemory, request: TransportRequest & { readonly idleTimeoutMs: number }): Promise<TransportResponse> {
  const { url, method, headers, body, signal, idleTimeoutMs: idle } = request;
  const { origin, pathname, search } = new URL(url);
  return new Promise((resolve, reject) => {
    let controller: Controller | null = null;
    const giveUp = () => controller?.abort(new TeachifyError('cancelled', 'The request was cancelled'));
    const queue = new BodyQueue({ pause: () => controller?.pause(), resume: () => controller?.resume(), giveUp });
    const over = (error?: unknown) => {
      signal?.removeEventListener('abort', giveUp);
      if (error === undefined) return queue.end();
      const failure = lineError(error, request);
      reject(failure);
      queue.fail(failure);
    };
    if (signal?.aborted) return over(signal.reason ?? 'aborted');
    signal?.addEventListener('abort', giveUp, { once: true });
    dispatcher.dispatch(
      { origin, path: pathname + search, method, headers, body: body ?? null, headersTimeout: idle, bodyTimeout: idle },
      {
        onRequestStart: (started) => {
          controller = started;
          if (signal?.aborted) giveUp();
        },
        onResponseStart: (_, status, received) => {
          if (status >= 200) resolve({ status, headers: flatten(received), url, body: queue });
        },
        onResponseData: (_, chunk) => {
          memory.deliver(chunk);
          queue.push(chunk);
        },
        onResponseEnd: () => over(),
        onResponseError: (_, error) => over(error),
      },
    );
  });
}

function flatten(headers: Headers): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]])));
}
