import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { errorBodySchema, tokenResponseSchema, type TokenResponse } from '../../shared/api/auth.ts';
import { fromWire, toWire } from '../../shared/api/codec.ts';
import { endpoints, endpointUrl } from '../../shared/api/endpoints.ts';

/** A school on another machine, asked as one person over its API. Its refusals are thrown as their sentences. */
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
    if (!answer.ok) throw new Error(refusalIn(text) ?? `${url} answered ${answer.status}.`);
    return fromWire(output, JSON.parse(text));
  };
  let tokens: TokenResponse = await ask('POST', endpoints.token(), tokenResponseSchema, null, { email, password, deviceId: randomUUID() });
  let goodUntil = now() + tokens.expiresIn * 1000;
  const accessToken = async (): Promise<string> => {
    if (goodUntil - now() > leftMs) return tokens.accessToken;
    tokens = await ask('POST', endpoints.refresh(), tokenResponseSchema, null, { refreshToken: tokens.refreshToken });
    goodUntil = now() + tokens.expiresIn * 1000;
    return tokens.accessToken;
  };
  return {
    url,
    accessToken,
    get: async (path, output) => ask('GET', path, output, await accessToken()),
    post: async (path, body, output) => ask('POST', path, output, await accessToken(), body),
  };
}

function refusalIn(text: string): string | null {
  try {
    return errorBodySchema.parse(JSON.parse(text)).error;
  } catch {
    return null;
  }
}
