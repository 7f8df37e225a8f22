import { endpoints, endpointUrl } from '../../shared/api/endpoints.ts';
import { TeachifyError } from '../../shared/errors.ts';
import { looksLikePage, refusal } from '../net/api-client.ts';
import type { Authorisation, Transport, TransportResponse } from '../net/ports.ts';
import type { PieceRun, PieceSource } from './ports.ts';

const defaultIdleTimeoutMs = 30_000;

interface Dependencies {
  readonly transport: Transport;
  readonly serverUrl: () => string;
  readonly authorisation: Authorisation;
  /** A line that is silent for so long is given up, connecting included. */
  readonly idleTimeoutMs?: number;
}

/** Pieces from the course server (or whatever stands before it), one Range request per run. Trusts nothing it is told. */
export function createOriginSource({ transport, serverUrl, authorisation, idleTimeoutMs = defaultIdleTimeoutMs }: Dependencies): PieceSource {
  const ask = async (run: PieceRun, signal: AbortSignal, token: string | null): Promise<TransportResponse> => {
    const { file } = run;
    const { start, end } = bytesOf(run);
    const isOneStream = file.origin.kind === 'plain' && file.origin.etag === null;
    const path = file.origin.kind === 'plain' ? file.origin.path : endpoints.media(file.id);
    return transport({
      method: 'GET',
      url: endpointUrl(serverUrl(), path),
      headers: {
        ...(isOneStream ? {} : { range: `bytes=${start}-${end}` }),
        ...(file.origin.kind === 'plain' && file.origin.etag !== null ? { 'if-range': file.origin.etag } : {}),
        ...(token ? { authorization: `Bearer ${token}` } : {}),
      },
      signal,
      idleTimeoutMs,
    });
  };

  return {
    open: async function* open(run, signal) {
      const guarded = run.file.origin.kind === 'plain';
      const token = guarded ? await authorisation.accessToken(signal) : null;
      let response = await ask(run, signal, token);
      if (response.status === 401 && token) {
        await drain(response);
        response = await ask(run, signal, await authorisation.replaceToken(token, signal));
      }
      yield* judged(response, run);
    },
  };
}

/** Yields the body only when the answer is exactly what was asked for (RFC 9110 15.3.7). */
async function* judged(response: TransportResponse, run: PieceRun): AsyncGenerator<Uint8Array> {
  const { start, end } = bytesOf(run);
  const { file } = run;
  if (response.status === 416) {
    await drain(response);
    throw another(file, 'The file on the server is shorter than its description');
  }
  if (response.status >= 400) throw refusal(response, await drain(response));
  if (looksLikePage(response, '')) {
    await drain(response);
    throw new TeachifyError('captive_portal', 'A web page answered instead of the course server');
  }
  if (response.headers['content-encoding'] && response.headers['content-encoding'] !== 'identity') {
    await drain(response);
    throw new TeachifyError('unexpected_answer', 'Something on the way re-encoded the file');
  }
  if (response.status === 206) {
    if (response.headers['content-range'] !== `bytes ${start}-${end}/${file.bytes}`) {
      await drain(response);
      throw another(file, 'The server sent another range than the one asked for');
    }
    return yield* exactly(response.body, 0, end - start + 1);
  }
  if (response.status === 200) {
    // A guarded file answers 200 when its validator no longer matches (If-Range); a public one when ranges are not supported.
    const isGuarded = file.origin.kind === 'plain' && file.origin.etag !== null;
    if (isGuarded || response.headers['content-length'] !== String(file.bytes)) {
      await drain(response);
      throw another(file, 'The server sent another file than the one asked for');
    }
    return yield* exactly(response.body, start, end - start + 1);
  }
  await drain(response);
  throw new TeachifyError('unexpected_answer', `The server answered ${response.status} to a range`);
}

/** A file named by its hash cannot change: what answers so is broken, and may be well again. A plain one is another one now. */
function another({ origin }: PieceRun['file'], message: string): TeachifyError {
  return new TeachifyError(origin.kind === 'plain' ? 'source_changed' : 'unexpected_answer', message);
}

/** Skips, then passes on exactly `length` bytes; a body that ends before is a cut line. */
async function* exactly(body: AsyncIterable<Uint8Array>, skip: number, length: number): AsyncGenerator<Uint8Array> {
  let toSkip = skip;
  let left = length;
  for await (const chunk of body) {
    const useful = chunk.subarray(Math.min(toSkip, chunk.length));
    toSkip -= chunk.length - useful.length;
    const part = useful.subarray(0, left);
    if (part.length > 0) yield part;
    left -= part.length;
    if (left === 0) return;
  }
  throw new TeachifyError('unreachable', `The connection was cut ${left} bytes before the end`);
}

function bytesOf({ file, first, count, skipBytes }: PieceRun): { start: number; end: number } {
  const from = file.pieces[first];
  const last = file.pieces[first + count - 1];
  if (!from || !last) throw new RangeError(`No pieces ${first} to ${first + count - 1} in ${file.id}`);
  return { start: from.offset + skipBytes, end: last.offset + last.length - 1 };
}

/** At most the first kilobytes of an answer we do not want, then the connection is given up. */
async function drain(response: TransportResponse): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > 16 * 1024) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}
