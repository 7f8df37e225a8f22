import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Request, Response } from 'got';
import { TeachifyError } from '../../shared/errors.ts';
import { lineError } from './line-error.ts';
import { maxRedirects, patienceOf, trustedAuthorities, withoutProxy, withUsableProxies, type LineOptions } from './line-options.ts';
import type { DroppableTransport, TransportRequest, TransportResponse } from './ports.ts';

/** HTTP by got, loaded with the first request: streams, no retries (pieces know better when to try again), no decompression (ranges are of the stored bytes). */
export function createGotTransport(options: LineOptions): DroppableTransport {
  const { userAgent, extraCa = [] } = options;
  const env = withUsableProxies(options.env ?? {});
  const { connectMs, idleMs } = patienceOf(options);
  const open = () => {
    const agent = { keepAlive: true, proxyEnv: { ...env, NO_PROXY: withoutProxy(env) } };
    return { http: new HttpAgent(agent), https: new HttpsAgent({ ...agent, ca: trustedAuthorities(extraCa) }) };
  };
  let agents = open();
  const transport = async (request: TransportRequest): Promise<TransportResponse> => {
    const { default: got } = await import('got');
    const idle = request.idleTimeoutMs ?? idleMs;
    const stream = got.stream(request.url, {
      method: request.method,
      headers: { 'accept-encoding': 'identity', ...request.headers, 'user-agent': userAgent },
      ...(request.body === undefined ? {} : { body: request.body }),
      ...(request.signal ? { signal: request.signal } : {}),
      agent: agents,
      throwHttpErrors: false,
      decompress: false,
      retry: { limit: 0 },
      maxRedirects,
      timeout: { lookup: connectMs, connect: connectMs, secureConnect: connectMs, response: idle, socket: idle },
    });
    const response = await new Promise<Response>((resolve, reject) => {
      stream.once('response', resolve);
      stream.once('error', reject);
    }).catch((error: unknown) => {
      throw lineError(error, request);
    });
    return {
      status: response.statusCode,
      headers: flatten(response.headers),
      url: response.url,
      body: readBody(stream, response, request),
    };
  };
  return Object.assign(transport, {
    dropConnections: () => {
      const old = agents;
      agents = open();
      old.http.destroy();
      old.https.destroy();
    },
  });
}

async function* readBody(stream: Request, response: Response, request: TransportRequest): AsyncGenerator<Uint8Array> {
  const announced = request.method === 'HEAD' ? undefined : response.headers['content-length'];
  let received = 0;
  try {
    for await (const chunk of stream) {
      const bytes = chunk as Uint8Array;
      received += bytes.length;
      yield bytes;
    }
  } catch (error) {
    throw lineError(error, request);
  } finally {
    stream.destroy();
  }
  // got takes a cut connection for a complete body in some cases; the announced length decides.
  if (announced !== undefined && received < Number(announced)) {
    throw new TeachifyError('unreachable', `The connection was cut after ${received} of ${announced} bytes`);
  }
}

function flatten(headers: Response['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]])),
  );
}
