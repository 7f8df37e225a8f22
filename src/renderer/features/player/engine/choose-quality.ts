import { closestQuality, sparing, type Quality } from '../../../../shared/models/quality.ts';
import type { TimeRange } from '../../../../shared/models/ranges.ts';

interface QualityLevel {
  readonly quality: Quality;
  /** Bits per second of picture and sound together. */
  readonly bitrate: number;
}

export interface Situation {
  readonly levels: readonly QualityLevel[];
  readonly wish: 'auto' | Quality;
  /** What the lesson was taken home in, if it was. */
  readonly downloadedQuality: Quality | null;
  /** What of the timeline is on this computer, by quality. */
  readonly local: ReadonlyMap<Quality, readonly TimeRange[]>;
  /** Bits per second on the wire; null before anything was measured. */
  readonly bandwidth: number | null;
  /** Where the next segment begins, in milliseconds. */
  readonly atMs: number;
  readonly playbackRate: number;
  /** The line gave nothing when last asked: what is here comes before what was wished. */
  readonly lineGone: boolean;
  /** What was chosen last, to which Auto keeps unless the line clearly allows or demands another. */
  readonly current: Quality | null;
}

/** Before a first measurement: a line that is there at all carries this much, in bits per second. */
const cautiousBandwidth = 600_000;
/** Of what was measured, how much Auto dares to use to stay, and to go up. */
const shareToStay = 0.9;
const shareToRise = 0.7;

/**
 * The quality of the next segment: the student's choice; else the one the lesson was taken home in; else the best that
 * lies on this computer there; else the best the line carries. Without a line, what is here stands in for what is not.
 * Undefined for a lesson without a ladder.
 */
export function chooseQuality(situation: Situation): Quality | undefined {
  const descending = situation.levels.toSorted((a, b) => b.bitrate - a.bitrate);
  const isHere = (quality: Quality) => covers(situation.local.get(quality) ?? [], situation.atMs);
  const here = descending.find(({ quality }) => isHere(quality))?.quality;
  const wished = wishedQuality(situation);
  if (wished === undefined) return here ?? bestForLine(descending, situation)?.quality;
  return situation.lineGone && here !== undefined && !isHere(wished) ? here : wished;
}

function wishedQuality({ levels, wish, downloadedQuality }: Situation): Quality | undefined {
  const qualities = levels.map(({ quality }) => quality);
  if (wish !== 'auto') return closestQuality(wish, qualities);
  return qualities.find((quality) => quality === downloadedQuality);
}

function bestForLine(descending: readonly QualityLevel[], { bandwidth, playbackRate, current }: Situation): QualityLevel | undefined {
  const available = bandwidth ?? cautiousBandwidth;
  const now = descending.find(({ quality }) => quality === current);
  // Its picture may be of another codec, and its sound of fewer bits: taken by whoever asks for it, not in turns with the others.
  const usual = descending.filter(({ quality }) => quality !== sparing);
  const affordable = usual.find((level) => {
    const share = now && level.bitrate <= now.bitrate ? shareToStay : shareToRise;
    return level.bitrate * playbackRate <= available * share;
  });
  return affordable ?? usual.at(-1);
}

function covers(ranges: readonly TimeRange[], at: number): boolean {
  return ranges.some(([start, end]) => start <= at && at < end);
}
