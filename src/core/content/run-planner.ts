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
  /** Whatever is asked for of this file, all of it is sent: nothing is gained by small requests. */
  readonly comesWhole: (fileId: FileId) => boolean;
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
 * The first absent piece of `wanted` and the absent ones that lie right behind it in its file, up to the limit. It ends before
 * an absent piece of another file that is wanted earlier, so that what is here is the beginning of what is wanted: picture and
 * sound of one minute before those of the next. Undefined when nothing is absent.
 */
export function nextRun(wanted: readonly PieceRef[], { describe, comesWhole, isAbsent, partial, limitBytes }: Planning): PieceRun | undefined {
  const from = wanted.findIndex(isAbsent);
  const start = wanted[from];
  if (!start) return undefined;
  const file = describe(start.fileId);
  const isOneAnswer = isOneStream(file) || comesWhole(start.fileId);
  let bytes = 0;
  let count = 0;
  for (let index = from; index < wanted.length; index++) {
    const ref = wanted[index];
    if (!ref || (ref.fileId !== start.fileId && (isOneAnswer || !isAbsent(ref)))) continue;
    const length = file.pieces[ref.piece]?.length ?? 0;
    const isNext = ref.fileId === start.fileId && ref.piece === start.piece + count && isAbsent(ref);
    if (!isNext || (count > 0 && (!isAdjacent(file, ref.piece - 1) || (bytes + length > limitBytes && !isOneAnswer)))) break;
    bytes += length;
    count += 1;
  }
  return { file, first: start.piece, count, skipBytes: partial(start) };
}
