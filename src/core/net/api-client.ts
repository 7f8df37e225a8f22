import type { z } from 'zod';
import { errorBodySchema } from '../../shared/api/auth.ts';
import { fromWire, toWire } from '../../shared/api/codec.ts';
import { endpointUrl } from '../../shared/api/endpoints.ts';
import { errorCodeSchema, TeachifyError, type ErrorCode } from '../../shared/errors.ts';
import type { ApiClient, ApiRequest, Authorisation, Transport, TransportResponse } from './ports.ts';

const maxAnswerBytes = 8 * 1024 * 1024;

interface Dependencies {
  readonly transport: Transport;
  readonly serverUrl: () => string;
  /** Absent for a client that only asks what needs no token. */
  readonly authorisation?: Authorisation;
  readonly connectivity?: { reportSuccess(): void; reportFailure(error: unknown): void };
}

/** JSON calls to the course server; tells a server's refusal from a captive portal's page. */
export function createApiClient({ transport, serverUrl, authorisation, connectivity }: Dependencies): ApiClient {
  const send = async <Output extends z.ZodType>(request: ApiRequest<Output>, token: string | null): Promise<z.output<Output>> => {
    const response = await transport({
      method: request.method ?? 'GET',
      url: endpointUrl(serverUrl(), request.path),
      headers: {
        accept: 'application/json',
        ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token ? { authorization: `Bearer ${token}` } : {}),
      },
      ...(request.body === undefined ? {} : { body: JSON.stringify(toWire(request.body)) }),
      ...(request.signal ? { signal: request.signal } : {}),
    });
    const text = await readText(response);
    if (response.status >= 400) throw looksLikePage(response, text) ? pageInstead(response.status) : refusal(response, text);
    return understand(request.output, response, text);
  };

  return {
    request: async (request) => {
      try {
        const token = request.authorised ? await requireToken(authorisation, request.signal) : null;
        const answer = await send(request, token).catch(async (error: unknown) => {
          if (!token || !authorisation || !(error instanceof TeachifyError) || error.code !== 'session_expired') throw error;
          return send(request, await authorisation.replaceToken(token, request.signal));
        });
        connectivity?.reportSuccess();
        return answer;
      } catch (error) {
        connectivity?.reportFailure(error);
        throw error;
      }
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

function understand<Output extends z.ZodType>(schema: Output, response: TransportResponse, text: string): z.output<Output> {
  if (looksLikePage(response, text)) throw pageInstead(response.status);
  try {
    return response.status === 204 ? schema.parse(undefined) : fromWire(schema, JSON.parse(text));
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

/** Seconds of a Retry-After header (RFC 9110 10.2.3); a date is read against the server's own Date. */
export function retryAfterSeconds(headers: Readonly<Record<string, string>>): number | undefined {
  const value = headers['retry-after'];
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value)) return Number(value);
  const at = Date.parse(value);
  const now = Date.parse(headers['date'] ?? '');
  return Number.isNaN(at) || Number.isNaN(now) ? undefined : Math.max(0, (at - now) / 1000);
}

/** A web page where JSON should be. Its 401 is not our session's end, nor its 404 our server's word. */
function pageInstead(status: number): TeachifyError {
  const code = status === 429 || status >= 500 ? codeOfStatus(status) : status === 404 || status === 410 ? 'unexpected_answer' : 'captive_portal';
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
