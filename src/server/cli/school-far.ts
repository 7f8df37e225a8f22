import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { errorBodySchema, tokenResponseSchema, type TokenResponse } from '../../shared/api/auth.ts';
import { fromWire, toWire } from '../../shared/api/codec.ts';
import { endpoints, endpointUrl } from '../../shared/api/endpoints.ts';

/** What a school says no to, in its own words. */
export class SchoolRefusal extends Error {
  readonly status: number;

  constructor(status: number, sentence: string) {
    super(sentence);
    this.status = status;
  }

  /** Asked again, it would say the same. */
  get isLasting(): boolean {
    return this.status < 500 && this.status !== 429;
  }
}

/** A school on another machine, asked as one person over its API. Its refusals are thrown. */
export interface SchoolFar {
  readonly url: string;
  /** A token that is good for some minutes more. */
  accessToken(): Promise<string>;
  get<Schema extends z.ZodType>(path: string, output: Schema): Promise<z.output<Schema>>;
  post<Schema extends z.ZodType>(path: string, body: unknown, output: Schema): Promise<z.output<Schema>>;
}

const leftMs = 2 * 60 * 1000;

/** Throws when the school does not let this person in. */
export async function signInFar(url: string, { email, password, now }: { email: string; password: string; now: () => number }): Promise<SchoolFar> {
  const ask = async <Schema extends z.ZodType>(method: string, path: string, output: Schema, token: string | null, body?: unknown): Promise<z.output<Schema>> => {
    const headers = { ...(token ? { authorization: `Bearer ${token}` } : {}), ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
    const answer = await fetch(endpointUrl(url, path), { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(toWire(body)) }) }).catch((error: unknown) =>
      Promise.reject(new Error(`${url} cannot be reached.`, { cause: error })),
    );
    const text = await answer.text();
    const refusal = answer.ok ? null : refusalIn(text);
    if (refusal !== null) throw new SchoolRefusal(answer.status, refusal);
    // In the words of whoever stands in between.
    if (!answer.ok) throw new Error(`${url} answered ${answer.status}.`);
    return fromWire(output, JSON.parse(text));
  };
  const deviceId = randomUUID();
  const signIn = (): Promise<TokenResponse> => ask('POST', endpoints.token(), tokenResponseSchema, null, { email, password, deviceId });
  let tokens = await signIn();
  let goodUntil = now() + tokens.expiresIn * 1000;
  const keep = (next: TokenResponse): string => {
    tokens = next;
    goodUntil = now() + tokens.expiresIn * 1000;
    return tokens.accessToken;
  };
  const accessToken = async (): Promise<string> => {
    if (goodUntil - now() > leftMs) return tokens.accessToken;
    return keep(await ask('POST', endpoints.refresh(), tokenResponseSchema, null, { refreshToken: tokens.refreshToken }).catch(anew));
  };
  /** The school may have ended the sign-in, or have forgotten it, and let the same person in again. */
  const anew = async (reason: unknown): Promise<TokenResponse> => {
    if (reason instanceof SchoolRefusal && reason.status === 401) return signIn();
    throw reason;
  };
  const askSignedIn = async <Schema extends z.ZodType>(method: string, path: string, output: Schema, body?: unknown): Promise<z.output<Schema>> => {
    try {
      return await ask(method, path, output, await accessToken(), body);
    } catch (error) {
      return ask(method, path, output, keep(await anew(error)), body);
    }
  };
  return {
    url,
    accessToken,
    get: (path, output) => askSignedIn('GET', path, output),
    post: (path, body, output) => askSignedIn('POST', path, output, body),
  };
}

function refusalIn(text: string): string | null {
  try {
    return errorBodySchema.parse(JSON.parse(text)).error;
  } catch {
    return null;
  }
}
