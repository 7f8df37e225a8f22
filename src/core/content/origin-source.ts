import { endpoints, endpointUrl, isSameOrigin } from '../../shared/api/endpoints.ts';
import { TeachifyError } from '../../shared/errors.ts';
import { looksLikePage, refusal } from '../net/api-client.ts';
import type { Authorisation, PieceTransport, Transport, TransportResponse } from '../net/ports.ts';
import type { MediaElsewhere } from './media-elsewhere.ts';
import type { PieceRun, PieceSource, SourceHeard } from './ports.ts';

const defaultIdleTimeoutMs = 30_000;

interface Dependencies {
  readonly transport: Transport & Partial<Pick<PieceTransport, 'giveBack'>>;
  readonly serverUrl: () => string;
  readonly authorisation: Authorisation;
  /** A line that is silent for so long is given up, connecting included. */
  readonly idleTimeoutMs?: number;
  /** Where the school says published files are; left out, all come from itself. */
  readonly elsewhere?: MediaElsewhere;
}

/** Pieces from the course server (or whatever stands before it), one Range request per run. Trusts nothing it is told. */
export function createOriginSource({ transport, serverUrl, authorisation, idleTimeoutMs = defaultIdleTimeoutMs, elsewhere }: Dependencies): PieceSource {
  const ask = async (asked: Asked, signal: AbortSignal, token: string | null): Promise<TransportResponse> =>
    transport({
      method: 'GET',
      url: asked.url,
      headers: {
        ...(asked.isWhole ? {} : { range: `bytes=${asked.start}-${asked.end}` }),
        ...(asked.etag !== null ? { 'if-range': asked.etag } : {}),
        ...(token ? { authorization: `Bearer ${token}` } : {}),
      },
      signal,
      idleTimeoutMs,
    });

  /** Everything of a run from elsewhere; false when nothing came, and the school is to be asked. */
  async function* fromElsewhere(run: PieceRun, asked: Asked, signal: AbortSignal, heard: SourceHeard | undefined): AsyncGenerator<Uint8Array, boolean> {
    const url = asked.isImmutable ? elsewhere?.urlOf(run) : null;
    if (!elsewhere || !url) return false;
    let hasBegun = false;
    try {
      for await (const chunk of judged(await ask({ ...asked, url }, signal, null), asked, heard)) {
        hasBegun = true;
        yield chunk;
      }
      elsewhere.brought(run);
      return true;
    } catch (error) {
      if (hasBegun || signal.aborted) throw error;
      elsewhere.failed();
      return false;
    }
  }

  return {
    ...(transport.giveBack ? { giveBack: transport.giveBack } : {}),
    open: async function* open(run, signal, heard) {
      const asked = askedOf(run, serverUrl());
      if (yield* fromElsewhere(run, asked, signal, heard)) return;
      const token = asked.isPrivate ? await authorisation.accessToken(signal) : null;
      let response = await ask(asked, signal, token);
      if (response.status === 401 && token) {
        await drain(response);
        response = await ask(asked, signal, await authorisation.replaceToken(token, signal));
      }
      yield* judged(response, asked, heard);
    },
  };
}

/** What is asked for, wherever it lies. */
interface Asked {
  readonly url: string;
  /** First and last byte there, and how many there are. */
  readonly start: number;
  readonly end: number;
  readonly total: number;
  /** Strong validator of what may change under its name. */
  readonly etag: string | null;
  /** All of it in one answer. */
  readonly isWhole: boolean;
  /** The school wants to know who asks. */
  readonly isPrivate: boolean;
  /** Named by its hash, so that it cannot change. */
  readonly isImmutable: boolean;
}

function askedOf(run: PieceRun, serverUrl: string): Asked {
  const { file, first, count, skipBytes } = run;
  const { start, end } = bytesOf(run);
  const { origin } = file;
  if (origin.kind === 'published') {
    return { url: endpointUrl(serverUrl, endpoints.media(file.id)), start, end, total: file.bytes, etag: null, isWhole: false, isPrivate: false, isImmutable: true };
  }
  if (origin.kind === 'plain') {
    return { url: endpointUrl(serverUrl, origin.path), start, end, total: file.bytes, etag: origin.etag, isWhole: origin.etag === null, isPrivate: true, isImmutable: false };
  }
  const [place, last] = [origin.places[first], origin.places[first + count - 1]];
  if (!place || !last) throw new RangeError(`No places of ${first} to ${first + count - 1} in ${file.id}`);
  const [from, to] = [place.offset + skipBytes, last.offset + (file.pieces[first + count - 1]?.length ?? 0) - 1];
  const isAll = from === 0 && to === place.total - 1;
  return { url: place.url, start: from, end: to, total: place.total, etag: place.etag, isWhole: isAll && place.etag === null, isPrivate: isSameOrigin(place.url, serverUrl), isImmutable: false };
}

/** Yields the body only when the answer is exactly what was asked for (RFC 9110 15.3.7). */
async function* judged(response: TransportResponse, asked: Asked, heard: SourceHeard | undefined): AsyncGenerator<Uint8Array> {
  const { start, end, total } = asked;
  if (response.status === 416) {
    await drain(response);
    throw another(asked, 'The file on the server is shorter than its description');
  }
  if (response.status === 401 && !asked.isPrivate) {
    await drain(response);
    throw new TeachifyError('forbidden', 'The file is not given out where it lies');
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
    if (response.headers['content-range'] !== `bytes ${start}-${end}/${total}`) {
      await drain(response);
      throw another(asked, 'The server sent another range than the one asked for');
    }
    return yield* exactly(response.body, 0, end - start + 1, heard);
  }
  if (response.status === 200) {
    // A guarded file answers 200 when its validator no longer matches (If-Range), and when ranges are not supported or something
    // on the way took ours off: then it names the validator that it had.
    const { 'content-length': length, etag } = response.headers;
    const isNamed = asked.etag !== null && etag === asked.etag;
    // One that never says how long it is (chunked) is held to the length it had.
    const isOther = length === undefined ? !asked.isWhole && !isNamed : length !== String(total);
    if ((asked.etag !== null && !asked.isWhole && !isNamed) || isOther) {
      await drain(response);
      throw another(asked, 'The server sent another file than the one asked for');
    }
    if (!asked.isWhole) heard?.wholeOnly();
    return yield* exactly(response.body, start, end - start + 1, heard);
  }
  await drain(response);
  throw new TeachifyError('unexpected_answer', `The server answered ${response.status} to a range`);
}

/** A file named by its hash cannot change: what answers so is broken, and may be well again. A plain one is another one now. */
function another({ isImmutable }: Asked, message: string): TeachifyError {
  return new TeachifyError(isImmutable ? 'unexpected_answer' : 'source_changed', message);
}

/** Skips, then passes on exactly `length` bytes; a body that ends before is a cut line. */
async function* exactly(body: AsyncIterable<Uint8Array>, skip: number, length: number, heard: SourceHeard | undefined): AsyncGenerator<Uint8Array> {
  let toSkip = skip;
  let left = length;
  for await (const chunk of body) {
    const useful = chunk.subarray(Math.min(toSkip, chunk.length));
    const passed = chunk.length - useful.length;
    toSkip -= passed;
    if (passed > 0) await heard?.passed(passed);
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
