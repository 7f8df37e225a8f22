import type { FileDescription, FileId, PieceRef, PieceRun } from './ports.ts';

export const maxRunBytes = 4 * 1024 * 1024;
const maxRunSeconds = 5;
const leastRunBytes = 64 * 1024;

/** How much one request may ask for: 5 s at the current speed, at most 4 MiB. */
export function runLimit(bitsPerSecond: number | null): number {
  if (bitsPerSecond === null) return maxRunBytes / 4;
  return Math.max(leastRunBytes, Math.min(maxRunBytes, (bitsPerSecond / 8) * maxRunSeconds));
}

interface Planning {
  readonly describe: (fileId: FileId) => FileDescription;
  /** False for pieces that are present or on their way. */
  readonly isAbsent: (ref: PieceRef) => boolean;
  /** Bytes of a piece that lie on disk unverified. */
  readonly partial: (ref: PieceRef) => number;
  readonly limitBytes: number;
}

/** Nothing but one answer from beginning to end can be believed of such a file. */
function isOneStream({ origin }: FileDescription): boolean {
  return origin.kind === 'plain' && origin.etag === null;
}

/** Whether the next piece lies right behind this one: in one file always, elsewhere only at the same address. */
function isAdjacent({ origin, pieces }: FileDescription, piece: number): boolean {
  if (origin.kind !== 'elsewhere') return true;
  const [here, next] = [origin.places[piece], origin.places[piece + 1]];
  return here !== undefined && here.etag !== null && here.url === next?.url && here.offset + (pieces[piece]?.length ?? 0) === next.offset;
}

/**
 * The first absent piece of `wanted` and the absent wanted ones that follow it without a gap in its file, up to the limit.
 * Undefined when nothing is absent. Wanted pieces of other files in between do not break a run.
 */
export function nextRun(wanted: readonly PieceRef[], { describe, isAbsent, partial, limitBytes }: Planning): PieceRun | undefined {
  const start = wanted.find(isAbsent);
  if (!start) return undefined;
  const file = describe(start.fileId);
  const wantedHere = new Set(wanted.filter((ref) => ref.fileId === start.fileId && isAbsent(ref)).map(({ piece }) => piece));
  let bytes = 0;
  let count = 0;
  while (wantedHere.has(start.piece + count)) {
    const length = file.pieces[start.piece + count]?.length ?? 0;
    if (count > 0 && (!isAdjacent(file, start.piece + count - 1) || (bytes + length > limitBytes && !isOneStream(file)))) break;
    bytes += length;
    count += 1;
  }
  return { file, first: start.piece, count, skipBytes: partial(start) };
}
