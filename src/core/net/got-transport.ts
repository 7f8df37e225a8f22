import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import nodeTls, { rootCertificates } from 'node:tls';
import got, { RequestError, TimeoutError, type Response } from 'got';
import { TeachifyError, type ErrorCode } from '../../shared/errors.ts';
import type { Transport, TransportRequest, TransportResponse } from './ports.ts';

const defaultIdleTimeoutMs = 30_000;
const connectTimeoutMs = 15_000;

/** No proxy stands between a program and its own machine. */
const thisMachine = ['localhost', '127.0.0.1', '[::1]'] as const;

interface Options {
  readonly userAgent: string;
  /** Where HTTP_PROXY, HTTPS_PROXY and NO_PROXY are read (Node's own meaning of them). */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** PEM certificates of authorities to trust besides Node's own and the system's: those of a school's filtering proxy. */
  readonly extraCa?: readonly string[];
}

export interface GotTransport extends Transport {
  /** After sleep the far ends of open connections are gone without a word: what runs fails at once and is tried anew. */
  dropConnections(): void;
}

/** HTTP by got: streams, no retries (pieces know better when to try again), no decompression (ranges are of the stored bytes). */
export function createGotTransport({ userAgent, env = {}, extraCa = [] }: Options): GotTransport {
  const open = () => {
    const agent = { keepAlive: true, proxyEnv: { ...env, NO_PROXY: [env['NO_PROXY'] ?? env['no_proxy'], ...thisMachine].filter(Boolean).join(',') } };
    return { http: new HttpAgent(agent), https: new HttpsAgent({ ...agent, ca: [...rootCertificates, ...systemCertificates(), ...extraCa] }) };
  };
  let agents = open();
  const transport = async (request: TransportRequest): Promise<TransportResponse> => {
    const idle = request.idleTimeoutMs ?? defaultIdleTimeoutMs;
    const stream = got.stream(request.url, {
      method: request.method,
      headers: { 'accept-encoding': 'identity', ...request.headers, 'user-agent': userAgent },
      ...(request.body === undefined ? {} : { body: request.body }),
      ...(request.signal ? { signal: request.signal } : {}),
      agent: agents,
      throwHttpErrors: false,
      decompress: false,
      retry: { limit: 0 },
      maxRedirects: 5,
      timeout: { lookup: connectTimeoutMs, connect: connectTimeoutMs, secureConnect: connectTimeoutMs, response: idle, socket: idle },
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

/** The system's authorities, among them those a school installed. Older Nodes cannot say. */
function systemCertificates(): readonly string[] {
  const tls = nodeTls as Partial<typeof nodeTls>;
  return tls.getCACertificates?.('system') ?? [];
}

async function* readBody(stream: ReturnType<typeof got.stream>, response: Response, request: TransportRequest): AsyncGenerator<Uint8Array> {
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

const codesOfLine: Readonly<Record<string, ErrorCode>> = {
  CERT_NOT_YET_VALID: 'clock_wrong',
  CERT_HAS_EXPIRED: 'clock_wrong',
  EPROTO: 'tls_failed',
  ETIMEDOUT: 'timeout',
  ENETDOWN: 'offline',
  ENETUNREACH: 'offline',
  EAI_AGAIN: 'offline',
  ERR_TOO_MANY_REDIRECTS: 'unexpected_answer',
};

const messages: Partial<Record<ErrorCode, string>> = {
  clock_wrong: 'The certificate is not valid at this time',
  tls_failed: 'The connection is not secure',
  timeout: 'The server did not answer in time',
  offline: 'There is no network',
  unexpected_answer: 'What answered does not speak as our server does',
  unreachable: 'The server cannot be reached',
};

/** What failed on the line, in our words. Addresses and headers stay out of the message. */
function lineError(error: unknown, request: TransportRequest): TeachifyError {
  if (error instanceof TeachifyError) return error;
  if (request.signal?.aborted) return new TeachifyError('cancelled', 'The request was cancelled', { cause: error });
  const code = codeOf(error);
  return new TeachifyError(code, messages[code] ?? code, { cause: error });
}

function codeOf(error: unknown): ErrorCode {
  if (error instanceof TimeoutError) return 'timeout';
  const code = error instanceof RequestError ? error.code : ((error as NodeJS.ErrnoException).code ?? '');
  const known = codesOfLine[code];
  if (known) return known;
  if (/CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code)) return 'tls_failed';
  return code.startsWith('HPE_') ? 'unexpected_answer' : 'unreachable';
}
