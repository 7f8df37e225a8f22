import { isSameOrigin } from '../../../shared/api/endpoints.ts';
import { TeachifyError } from '../../../shared/errors.ts';
import { looksLikePage, refusal } from '../../net/api-client.ts';
import type { Authorisation, Transport, TransportResponse } from '../../net/ports.ts';

/** Small things about a video that lies elsewhere. The student's token goes to the school's own address and nowhere else. */
export interface Fetcher {
  /** A playlist, and where it came from after redirects. */
  text(url: string, signal?: AbortSignal): Promise<{ text: string; url: string }>;
  /** A content key: 16 bytes. */
  key(url: string, signal?: AbortSignal): Promise<Uint8Array>;
  /** How long what lies there is, and its strong validator. Asked once per address. */
  measure(url: string, signal?: AbortSignal): Promise<Measure>;
  /** All of them, a few at a time, in order. */
  each<Item, Result>(items: readonly Item[], work: (item: Item) => Promise<Result>): Promise<Result[]>;
}

interface Measure {
  readonly total: number;
  readonly etag: string | null;
  /** Nobody said how long it is. */
  readonly isCounted: boolean;
}

/** Told of bytes as they come; resolves when the next may be taken. */
export type Spend = (bytes: number, signal: AbortSignal | undefined) => Promise<void>;

interface Dependencies {
  readonly transport: Transport;
  readonly spend: Spend;
  readonly authorisation: Authorisation;
  readonly serverUrl: () => string;
}

const playlistBytes = 8 * 1024 * 1024;
const keyBytes = 16;
const atOnce = 8;
const idleTimeoutMs = 30_000;

/** Where HEAD does not say how long a file is, that is learnt from the bytes themselves: they cross the line once more for it. */
export async function countedBytes(response: TransportResponse, spend: Spend, signal: AbortSignal | undefined): Promise<number> {
  if (looksLikePage(response, '')) throw new TeachifyError('captive_portal', 'A web page answered instead of the video');
  let length = 0;
  for await (const chunk of response.body) {
    length += chunk.length;
    await spend(chunk.length, signal);
  }
  return length;
}

export function createFetcher({ transport, authorisation, serverUrl, spend }: Dependencies): Fetcher {
  const measured = new Map<string, Promise<Measure>>();

  const ask = async (method: 'GET' | 'HEAD', url: string, signal: AbortSignal | undefined): Promise<TransportResponse> => {
    const token = isSameOrigin(url, serverUrl()) ? await authorisation.accessToken(signal) : null;
    return transport({ method, url, headers: token ? { authorization: `Bearer ${token}` } : {}, idleTimeoutMs, ...(signal ? { signal } : {}) });
  };

  const refused = (response: TransportResponse, url: string, text = '') =>
    // Another house's 401 is not the end of our session.
    response.status === 401 && !isSameOrigin(url, serverUrl()) ? new TeachifyError('forbidden', 'The video is not given out where it lies') : refusal(response, text);

  const get = async (url: string, most: number, signal: AbortSignal | undefined): Promise<{ bytes: Buffer; url: string }> => {
    const response = await ask('GET', url, signal);
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of response.body) {
      chunks.push(chunk);
      await spend(chunk.length, signal);
      if ((length += chunk.length) > most) throw new TeachifyError('unexpected_answer', 'What came is too long to be what was asked for');
    }
    const bytes = Buffer.concat(chunks);
    const start = bytes.toString('utf8', 0, 512);
    if (response.status >= 400) throw refused(response, url, start);
    if (looksLikePage(response, start)) throw new TeachifyError('captive_portal', 'A web page answered instead of the video');
    return { bytes, url: response.url };
  };

  const count = async (url: string, signal: AbortSignal | undefined): Promise<number> => {
    const response = await ask('GET', url, signal);
    if (response.status >= 400) throw refused(response, url);
    return countedBytes(response, spend, signal);
  };

  const measure = async (url: string, signal: AbortSignal | undefined): Promise<Measure> => {
    const response = await ask('HEAD', url, signal);
    for await (const _ of response.body) break;
    const isAnswered = response.status < 400;
    if (!isAnswered && response.status !== 405 && response.status !== 501) throw refused(response, url);
    const { etag = null, 'content-length': length } = response.headers;
    const isSaid = isAnswered && length !== undefined;
    const total = isSaid ? Number(length) : await count(url, signal);
    if (!Number.isSafeInteger(total) || total <= 0) throw new TeachifyError('unexpected_answer', 'A part of this video is empty');
    return { total, etag: isSaid && etag !== null && !etag.startsWith('W/') ? etag : null, isCounted: !isSaid };
  };

  return {
    text: async (url, signal) => {
      const { bytes, url: from } = await get(url, playlistBytes, signal);
      return { text: bytes.toString('utf8'), url: from };
    },
    key: async (url, signal) => {
      const { bytes } = await get(url, 64 * 1024, signal);
      if (bytes.length !== keyBytes) throw new TeachifyError('unexpected_answer', 'A key has another length than keys have');
      return bytes;
    },
    measure: (url, signal) => {
      const known = measured.get(url) ?? measure(url, signal);
      measured.set(url, known);
      known.catch(() => measured.delete(url));
      return known;
    },
    each: async (items, work) => {
      const results: Awaited<ReturnType<typeof work>>[] = [];
      const rest = items.entries();
      const worker = async () => {
        for (const [index, item] of rest) results[index] = await work(item);
      };
      await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
      return results;
    },
  };
}
