import type { z } from 'zod';
import type { ConnectionState } from '../../shared/contracts/connection.ts';
import type { Event } from '../base/emitter.ts';

export interface TransportRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PATCH';
  readonly url: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  readonly signal?: AbortSignal;
  /** Give up when no byte moved for so long, connecting included. */
  readonly idleTimeoutMs?: number;
}

export interface TransportResponse {
  readonly status: number;
  /** Lower-case names; repeated fields joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  /** Where the answer came from after redirects. */
  readonly url: string;
  /** The body as it arrives, never decompressed for a range. Iterating to the end or `return()` frees the connection. A cut connection throws. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** HTTP and nothing more: no retries, no status judgement. Failures of the line are TeachifyErrors (unreachable, timeout, tls_failed, cancelled). */
export type Transport = (request: TransportRequest) => Promise<TransportResponse>;

export interface DroppableTransport extends Transport {
  /** After sleep the far ends of open connections are gone without a word: what runs fails at once and is tried anew. */
  dropConnections(): void;
}

/** A transport for much: it receives into memory that it uses again. */
export interface PieceTransport extends DroppableTransport {
  /** A body's chunk, or a part of one, is not read any more. Once for each byte; what is not given back the collector takes. */
  giveBack(chunk: Uint8Array): void;
}

/** Where the access token comes from; answered by core/accounts. */
export interface Authorisation {
  /** A token that is believed valid, refreshed early when needed (single flight); null when signed out. Throws session_expired or network errors. */
  accessToken(signal?: AbortSignal): Promise<string | null>;
  /** A server refused this token with 401: get another (single flight) or throw session_expired. */
  replaceToken(refused: string, signal?: AbortSignal): Promise<string>;
}

export interface ApiRequest<Output extends z.ZodType> {
  readonly method?: 'GET' | 'POST' | 'PATCH';
  /** A path from shared/api/endpoints.ts, query included. */
  readonly path: string;
  /** Sent as snake_case JSON. */
  readonly body?: unknown;
  /** Sends the body gzipped (RFC 9110 8.4.1.3). */
  readonly gzip?: boolean;
  readonly output: Output;
  readonly signal?: AbortSignal;
  /** Without it the request carries no token (sign-in, refresh, server info). */
  readonly authorised?: boolean;
}

/** JSON calls to the course server: token, codec, schema, and errors told apart (portal, 401, 403, 429, 5xx). Retries nothing but one 401. */
export interface ApiClient {
  request<Output extends z.ZodType>(request: ApiRequest<Output>): Promise<z.output<Output>>;
}

export interface TaggingApiClient extends ApiClient {
  /** `request` for what was asked before: null when it still is what it was under this ETag (RFC 9110 13.1.2), for some hundred bytes. */
  requestChanged<Output extends z.ZodType>(request: ApiRequest<Output>, etag: string | null): Promise<Tagged<z.output<Output>> | null>;
}

export interface Tagged<Value> {
  readonly value: Value;
  /** Null when the server gave none. */
  readonly etag: string | null;
}

/** Whether the course server can be reached. The only place that decides it; everyone who meets the network tells it what they saw. */
export interface Connectivity {
  state(): ConnectionState;
  readonly changed: Event<ConnectionState>;
  /** Asks the server now. */
  probe(): Promise<ConnectionState>;
  /** A request got an answer of the real server. */
  reportSuccess(): void;
  /** A request failed; network errors make it probe. */
  reportFailure(error: unknown): void;
}

/** Whether the line costs by the byte, where the system tells. */
export interface MeteredLine {
  /** False where nobody says so. */
  isMetered(): boolean;
}
