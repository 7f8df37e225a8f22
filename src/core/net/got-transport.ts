import got, { RequestError, TimeoutError, type Response } from 'got';
import { TeachifyError } from '../../shared/errors.ts';
import type { Transport, TransportRequest, TransportResponse } from './ports.ts';

const defaultIdleTimeoutMs = 30_000;
const connectTimeoutMs = 15_000;

/** HTTP by got: streams, no retries (pieces know better when to try again), no decompression (ranges are of the stored bytes). */
export function createGotTransport({ userAgent }: { readonly userAgent: string }): Transport {
  return async (request) => {
    const idle = request.idleTimeoutMs ?? defaultIdleTimeoutMs;
    const stream = got.stream(request.url, {
      method: request.method,
      headers: { 'accept-encoding': 'identity', ...request.headers, 'user-agent': userAgent },
      ...(request.body === undefined ? {} : { body: request.body }),
      ...(request.signal ? { signal: request.signal } : {}),
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
    } satisfies TransportResponse;
  };
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

const clockCodes = new Set(['CERT_NOT_YET_VALID', 'CERT_HAS_EXPIRED']);

/** What failed on the line, in our words. Addresses and headers stay out of the message. */
function lineError(error: unknown, request: TransportRequest): TeachifyError {
  if (error instanceof TeachifyError) return error;
  if (request.signal?.aborted) return new TeachifyError('cancelled', 'The request was cancelled', { cause: error });
  if (error instanceof TimeoutError) return new TeachifyError('timeout', 'The server did not answer in time', { cause: error });
  const code = error instanceof RequestError ? error.code : ((error as NodeJS.ErrnoException).code ?? '');
  if (clockCodes.has(code)) return new TeachifyError('clock_wrong', 'The certificate is not valid at this time', { cause: error });
  if (/CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code)) return new TeachifyError('tls_failed', 'The connection is not secure', { cause: error });
  if (code === 'ETIMEDOUT') return new TeachifyError('timeout', 'The server did not answer in time', { cause: error });
  return new TeachifyError('unreachable', 'The server cannot be reached', { cause: error });
}
