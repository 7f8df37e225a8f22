import type { IncomingMessage, ServerResponse } from 'node:http';

/** What a storage elsewhere does wrong, so many times more. */
export interface Faults {
  /** Answers 503 to anything. */
  refusals: number;
  /** Answers 403 to anything, as for a key that is good no more. */
  forbids: boolean;
  /** Ends the body of a file after so many bytes. */
  cuts: number;
  cutAfter: number;
  /** Keeps other bytes than it was sent. */
  damages: number;
  /** Goes silent in the middle of a file. */
  silences: number;
}

export function noFaults(): Faults {
  return { refusals: 0, forbids: false, cuts: 0, cutAfter: 1000, damages: 0, silences: 0 };
}

/** True when the request was answered with a 403 or 503 of ours. */
export function refuses(faults: Faults, request: IncomingMessage, response: ServerResponse): boolean {
  if (faults.refusals === 0 && !faults.forbids) return false;
  if (!faults.forbids) faults.refusals -= 1;
  request.resume();
  response.writeHead(faults.forbids ? 403 : 503, { 'content-length': 0 }).end();
  return true;
}

/** Ends or silences what is written to this answer, when that is due. */
export function spoilBody(faults: Faults, response: ServerResponse): void {
  const isCut = faults.cuts > 0;
  if (!isCut && faults.silences === 0) return;
  if (isCut) faults.cuts -= 1;
  else faults.silences -= 1;
  let left = faults.cutAfter;
  const write = response.write.bind(response);
  response.write = ((chunk: Uint8Array, ...rest: unknown[]) => {
    if (left <= 0) return false;
    const part = chunk.subarray(0, left);
    left -= part.length;
    if (left > 0) return write(part, ...(rest as []));
    return write(part, () => void (isCut && response.destroy()));
  }) as typeof response.write;
  const end = response.end.bind(response);
  response.end = ((...rest: unknown[]) => (left > 0 ? end(...(rest as [])) : response)) as typeof response.end;
}
