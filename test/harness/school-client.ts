import { endpointUrl } from '../../src/shared/api/endpoints.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON, in the wire's own snake_case. */
  json<Value = Record<string, unknown>>(): Value;
}

/** Plain HTTP, as any client would speak it: nothing of the app's own code. */
export interface SchoolClient {
  ask(path: string, init?: RequestInit): Promise<Answer>;
  post(path: string, body: unknown, init?: RequestInit): Promise<Answer>;
  bytes(path: string, init?: RequestInit): Promise<{ status: number; headers: Headers; body: Buffer }>;
}

/** @param token of whoever asks; nobody's when left out */
export function schoolClient(serverUrl: string, token?: string): SchoolClient {
  const send = (path: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers);
    if (token) headers.set('authorization', `Bearer ${token}`);
    return fetch(endpointUrl(serverUrl, path), { ...init, headers });
  };
  const ask = async (path: string, init?: RequestInit): Promise<Answer> => {
    const response = await send(path, init);
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: <Value>() => JSON.parse(text) as Value };
  };
  return {
    ask,
    post: (path, body, init = {}) => ask(path, { ...init, method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...init.headers } }),
    bytes: async (path, init) => {
      const response = await send(path, init);
      return { status: response.status, headers: response.headers, body: Buffer.from(await response.arrayBuffer()) };
    },
  };
}
