import type { Availability } from '../../shared/contracts/playback.ts';
import { unionRanges, type TimeRange } from '../../shared/models/ranges.ts';
import type { LessonContent, PieceSet, PieceStore } from '../content/ports.ts';
import { knownVariants } from './qualities.ts';

/** Per quality, what of the timeline can be shown from this machine: where picture and sound are both here. */
export function availabilityOf(mediaId: string, content: LessonContent, store: PieceStore): Availability {
  const { manifest, plain, durationMs } = content;
  if (!manifest) {
    const whole = plain && store.verified(plain.id).bytes === plain.bytes;
    return { mediaId, renditions: whole ? [{ quality: 'original', ranges: [[0, durationMs]] }] : [] };
  }
  const ranges = (sha256: string): TimeRange[] => {
    const file = content.files.get(sha256);
    return file ? presentRanges(file.pieces, store.verified(sha256)) : [];
  };
  const renditions = knownVariants(content).map(({ quality, picture, sounds: [sound] }) => {
    const [seen, heard] = [picture, sound].map((rendition) => (rendition ? ranges(rendition.file.sha256) : null));
    const both = seen && heard ? intersect(seen, heard) : (seen ?? heard ?? []);
    return { quality, ranges: both.map(([start, end]): [number, number] => [start, end]) };
  });
  return { mediaId, renditions };
}

function presentRanges(pieces: readonly { durationUs: number }[], present: PieceSet): TimeRange[] {
  const found: TimeRange[] = [];
  let timeUs = 0;
  // Without its initialisation section a segment shows nothing; a rendition from elsewhere may have none, or several.
  let isInitialised = true;
  pieces.forEach(({ durationUs }, index) => {
    if (durationUs === 0) isInitialised = present.has(index);
    else if (isInitialised && present.has(index)) found.push([Math.round(timeUs / 1000), Math.round((timeUs + durationUs) / 1000)]);
    timeUs += durationUs;
  });
  return unionRanges(found);
}

function intersect(a: readonly TimeRange[], b: readonly TimeRange[]): TimeRange[] {
  return a.flatMap(([start, end]) =>
    b.map(([from, to]): TimeRange => [Math.max(start, from), Math.min(end, to)]).filter(([from, to]) => from < to),
  );
}
