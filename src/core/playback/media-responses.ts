import { parseByteRange } from './byte-range.ts';
import { playlistType } from './media-playlists.ts';
import type { MediaRequest, MediaResponse } from './ports.ts';

export const baseHeaders = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } as const;

export function empty(status: 404 | 405): MediaResponse {
  return { status, headers: { ...baseHeaders, 'content-length': '0' }, body: null };
}

/** RFC 9110 15.5.17: what was asked for lies past the end of so many bytes. */
export function unsatisfiable(size: number): MediaResponse {
  return { status: 416, headers: { ...baseHeaders, 'content-length': '0', 'content-range': `bytes */${size}` }, body: null };
}

/** "Cannot be had now", with the reason: the player stops, shows it, and waits for word. */
export function notNow(reason: string): MediaResponse {
  return { status: 503, headers: { ...baseHeaders, 'x-teachify-reason': reason, 'content-length': '0' }, body: null };
}

export function whole(bytes: Uint8Array, type: string): MediaResponse {
  return { status: 200, headers: { ...baseHeaders, 'content-type': type, 'content-length': String(bytes.length) }, body: bytes };
}

export function playlist(content: string): MediaResponse {
  return whole(new TextEncoder().encode(content), playlistType);
}

/** All of it, or the part that the Range header asks for. */
export function ranged(bytes: Uint8Array, type: string, { range }: MediaRequest): MediaResponse {
  const parsed = parseByteRange(range, bytes.length);
  if (parsed === 'all') return inRanges(whole(bytes, type));
  if (parsed === 'unsatisfiable') return unsatisfiable(bytes.length);
  const { start, end } = parsed;
  const part = inRanges(whole(bytes.subarray(start, end + 1), type));
  return { ...part, status: 206, headers: { ...part.headers, 'content-range': `bytes ${start}-${end}/${bytes.length}` } };
}

/** Says that a part may be asked for (RFC 9110 14.3). */
function inRanges(response: MediaResponse): MediaResponse {
  return { ...response, headers: { ...response.headers, 'accept-ranges': 'bytes' } };
}

/** To HEAD the same without the body (RFC 9110 9.3.2). */
export function withoutBody(response: MediaResponse): MediaResponse {
  return { ...response, body: null };
}

/** A file that is read piece by piece, as fast as the player takes them. */
export interface PiecewiseFile {
  readonly bytes: number;
  readonly pieces: readonly { readonly offset: number; readonly length: number }[];
  readonly read: (piece: number) => Promise<Uint8Array>;
}

/**
 * Like `ranged`, without ever holding more than a piece. The first piece is read before the answer, so that its absence is one.
 * Whatever was read already, nothing more is given once the signal is aborted.
 */
export async function rangedPiecewise({ bytes, pieces, read }: PiecewiseFile, type: string, { range, method, signal }: MediaRequest): Promise<MediaResponse> {
  const parsed = parseByteRange(range, bytes);
  if (parsed === 'unsatisfiable') return unsatisfiable(bytes);
  const { start, end } = parsed === 'all' ? { start: 0, end: bytes - 1 } : parsed;
  const headers = { ...baseHeaders, 'content-type': type, 'accept-ranges': 'bytes', 'content-length': String(end - start + 1) };
  const answer = parsed === 'all' ? { status: 200 as const, headers } : { status: 206 as const, headers: { ...headers, 'content-range': `bytes ${start}-${end}/${bytes}` } };
  if (method === 'HEAD') return { ...answer, body: null };
  let piece = pieces.findIndex(({ offset, length }) => start < offset + length);
  let next = await read(piece);
  const body = new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        const described = pieces[piece];
        if (!described || described.offset > end) return controller.close();
        signal.throwIfAborted();
        controller.enqueue(Uint8Array.from(next.subarray(Math.max(0, start - described.offset), end + 1 - described.offset)));
        piece += 1;
        const following = pieces[piece];
        if (following && following.offset <= end) next = await read(piece);
      },
    },
    { highWaterMark: 0 },
  );
  return { ...answer, body };
}
