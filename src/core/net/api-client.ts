import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { z } from 'zod';
import { errorBodySchema } from '../../shared/api/auth.ts';
import { fromWire, fromWireGently, toWire } from '../../shared/api/codec.ts';
import { endpointUrl } from '../../shared/api/endpoints.ts';
import { errorCodeSchema, TeachifyError, type ErrorCode } from '../../shared/errors.ts';
import type { ApiRequest, Authorisation, Tagged, TaggingApiClient, Transport, TransportResponse } from './ports.ts';

const gzipped = promisify(gzip);
const maxAnswerBytes = 8 * 1024 * 1024;
/** Characters. Reading as many takes a millisecond or two; longer ones are read in several turns of the loop. */
const longAnswer = 32 * 1024;
/** However long a server, or whoever answers for it, asks us to stay away. */
const longestRetryAfterSeconds = 3600;
/** When only this computer's clock can say how long that is, which may be years off. */
const longestUnsureSeconds = 60;

interface Dependencies {
  readonly transport: Transport;
  readonly serverUrl: () => string;
  /** Absent for a client that only asks what needs no token. */
  readonly authorisation?: Authorisation;
  readonly connectivity?: { reportSuccess(): void; reportFailure(error: unknown): void };
}

async function encoded(value: unknown, compress: boolean): Promise<Uint8Array | string> {
  const text = JSON.stringify(value);
  if (!compress) return text;
  await nextTurn();
  return gzipped(text);
}

/** JSON calls to the course server; tells a server's refusal from a captive portal's page. */
export function createApiClient({ transport, serverUrl, authorisation, connectivity }: Dependencies): TaggingApiClient {
  const send = async <Output extends z.ZodType>(request: ApiRequest<Output>, etag: string | null, server: string, token: string | null): Promise<Tagged<z.output<Output>> | null> => {
    const body = request.body === undefined ? undefined : await encoded(toWire(request.body), request.gzip ?? false);
    const response = await transport({
      method: request.method ?? 'GET',
      url: endpointUrl(server, request.path),
      headers: {
        accept: 'application/json',
        ...(request.body === undefined ? {} : { 'content-type': 'application/json', ...(request.gzip ? { 'content-encoding': 'gzip' } : {}) }),
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...(etag === null ? {} : { 'if-none-match': etag }),
      },
      ...(body === undefined ? {} : { body }),
      ...(request.signal ? { signal: request.signal } : {}),
    });
    const text = await readText(response);
    if (response.status >= 400) throw refusalOfServer(response, text);
    if (response.status === 304 && etag !== null) return null;
    return { value: await understand(request.output, response, text), etag: response.headers['etag'] ?? null };
  };

  const requestChanged: TaggingApiClient['requestChanged'] = async (request, etag) => {
    try {
      // Another student may sign in at another school while this waits for its token.
      const server = serverUrl();
      const token = request.authorised ? await requireToken(authorisation, request.signal) : null;
      const answer = await send(request, etag, server, token).catch(async (error: unknown) => {
        if (!token || !authorisation || !(error instanceof TeachifyError) || error.code !== 'session_expired') throw error;
        return send(request, etag, server, await authorisation.replaceToken(token, request.signal));
      });
      connectivity?.reportSuccess();
      return answer;
    } catch (error) {
      connectivity?.reportFailure(error);
      throw error;
    }
  };

  return {
    requestChanged,
    request: async (request) => {
      const answer = await requestChanged(request, null);
      // Without an ETag there is always one.
      if (!answer) throw new TeachifyError('unexpected_answer', 'The answer is not one of our course server');
      return answer.value;
    },
  };
}

async function requireToken(authorisation: Authorisation | undefined, signal: AbortSignal | undefined): Promise<string> {
  const token = await authorisation?.accessToken(signal);
  if (!token) throw new TeachifyError('signed_out', 'Nobody is signed in');
  return token;
}

async function readText(response: TransportResponse): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body) {
    length += chunk.length;
    if (length > maxAnswerBytes) throw new TeachifyError('unexpected_answer', 'The answer is too long to be ours');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function understand<Output extends z.ZodType>(schema: Output, response: TransportResponse, text: string): Promise<z.output<Output>> {
  if (looksLikePage(response, text)) throw pageInstead(response.status);
  try {
    if (response.status === 204) return schema.parse(undefined);
    return text.length < longAnswer ? fromWire(schema, JSON.parse(text)) : await fromWireGently(schema, JSON.parse(text), nextTurn);
  } catch (error) {
    throw new TeachifyError('unexpected_answer', 'The answer is not one of our course server', { cause: error });
  }
}

/** An error answer in our words: the server's own code when it names one, else by status. */
export function refusal(response: Pick<TransportResponse, 'status' | 'headers'>, text: string): TeachifyError {
  const parsed = errorBodySchema.safeParse(parseJson(text));
  const named = parsed.success ? errorCodeSchema.safeParse(parsed.data.code) : null;
  const code = named?.success ? named.data : codeOfStatus(response.status);
  const message = parsed.success ? parsed.data.error : `HTTP status ${response.status}`;
  return new TeachifyError(code, message, { retryAfter: retryAfterSeconds(response.headers) });
}

function codeOfStatus(status: number): ErrorCode {
  if (status === 401) return 'session_expired';
  if (status === 403) return 'forbidden';
  if (status === 404) return 'not_found';
  if (status === 413) return 'payload_too_large';
  if (status === 429) return 'rate_limited';
  if (status === 511) return 'captive_portal'; // RFC 6585 section 6
  return status >= 500 ? 'server_error' : 'unexpected_answer';
}

/** Seconds of a Retry-After header (RFC 9110 10.2.3), at most an hour; a date is read against the server's own Date, since this computer's clock may be wrong. Without one that clock has to do, for at most a minute. */
export function retryAfterSeconds(headers: Readonly<Record<string, string>>, here = Date.now()): number | undefined {
  const value = headers['retry-after'];
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value)) return Math.min(longestRetryAfterSeconds, Number(value));
  const at = Date.parse(value);
  if (Number.isNaN(at)) return undefined;
  const there = Date.parse(headers['date'] ?? '');
  const [now, longest] = Number.isNaN(there) ? [here, longestUnsureSeconds] : [there, longestRetryAfterSeconds];
  return Math.min(longest, Math.max(0, (at - now) / 1000));
}

/** A 401 or 403 without our server's own words is of something in between, and nobody's session ends by it. */
function refusalOfServer(response: TransportResponse, text: string): TeachifyError {
  const { status } = response;
  if (looksLikePage(response, text)) return pageInstead(status);
  if (status !== 401 && status !== 403) return refusal(response, text);
  const said = errorBodySchema.safeParse(parseJson(text)).data;
  if (!said) return pageInstead(status);
  return errorCodeSchema.safeParse(said.code).success ? refusal(response, text) : new TeachifyError('unexpected_answer', 'Something between here and the course server refused');
}

/** A web page where JSON should be. Its 401 is not our session's end, nor its 404 our server's word. */
function pageInstead(status: number): TeachifyError {
  // How large a request may be, whatever stands before the server says in its own words.
  const code = status === 413 || status === 429 || status >= 500 ? codeOfStatus(status) : status === 404 || status === 410 ? 'unexpected_answer' : 'captive_portal';
  return new TeachifyError(code, 'A web page answered instead of the course server');
}

/** True for HTML, which our server never sends. */
export function looksLikePage(response: Pick<TransportResponse, 'headers'>, text: string): boolean {
  return (response.headers['content-type'] ?? '').includes('text/html') || /^\s*<(!doctype|html)/i.test(text);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
