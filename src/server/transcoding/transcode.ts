import type { EncodedRendition } from '../../shared/models/encoded-lesson.ts';
import { TeachifyError } from '../../shared/errors.ts';
import { compareQualities } from '../../shared/models/quality.ts';
import { encodePass } from './encode-pass.ts';
import { ladderFor, sparingRung, type Rung } from './ladder.ts';
import { drawPoster, drawThumbnails, posterFile, type Thumbnails } from './pictures.ts';
import { probe } from './probe.ts';
import { soundChannels } from './sound-channels.ts';

export interface Transcoding {
  readonly source: string;
  /** Holds all that is made: renditions, poster, thumbnails. */
  readonly folder: string;
  /** Called with all renditions so far: first the smallest picture and the sound, then everything but the sparing picture, then that. */
  readonly onPlayable: (soFar: Playable) => Promise<void>;
  /** 0 to 1 over all passes. */
  readonly onProgress?: (share: number) => void;
  /** Makes a third picture in a third pass, for those who count every megabyte. */
  readonly dataSaver?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Playable {
  readonly renditions: readonly EncodedRendition[];
  /** What was found in the file, whatever its container says. The same after each pass. */
  readonly durationMs: number;
  /** Files in the folder; null without a picture. */
  readonly poster: string | null;
  readonly thumbnails: Thumbnails | null;
}

/** A file of any kind into renditions, in two passes, or three. Throws `bad_request` with a sentence when it cannot become a lesson. */
export async function transcode({ source, folder, onPlayable, onProgress = () => {}, dataSaver = false, signal }: Transcoding): Promise<void> {
  const media = await probe(source, signal);
  const [first, ...others] = media.video ? ladderFor(media.video) : [];
  const early = first ? [first] : [];
  const sparing = media.video && dataSaver ? sparingRung(media.video) : null;
  const late = [others, sparing ? [sparing] : []].filter((rungs) => rungs.length > 0);
  const total = [early, ...late].reduce((sum, rungs) => sum + cost(rungs), 0);
  const common = { source, folder, brightness: media.video?.brightness ?? 'standard', frameRate: first?.frameRate ?? null, signal } as const;
  let done = 0;
  const pass = async (rungs: readonly Rung[], audioChannels: 1 | 2 | null): Promise<EncodedRendition[]> => {
    const before = done;
    done += cost(rungs);
    const onTime = (ms: number) => {
      if (media.durationMs) onProgress(Math.min(1, (before + cost(rungs) * Math.min(1, ms / media.durationMs)) / total));
    };
    return encodePass({ ...common, rungs, audioChannels, onTime, still: rungs === early && media.durationMs !== null ? { file: posterFile, atMs: media.durationMs / 10 } : null });
  };

  const made = await pass(early, media.audio ? await soundChannels(source, media.audio.channels, signal) : null);
  if (made.length === 0) throw new TeachifyError('bad_request', 'This file cannot become a lesson: there is nothing in it that can be decoded.');
  const durationMs = Math.max(...made.map(lengthMs));
  const picture = made.find(({ kind }) => kind === 'video');
  const poster = first && picture ? await drawPoster(source, first, common.brightness, lengthMs(picture), { folder, signal }) : null;
  const thumbnails = picture ? await drawThumbnails(picture, { folder, signal }) : null;
  const tell = () => onPlayable({ renditions: made.toSorted(bestFirst), durationMs, poster, thumbnails });
  await tell();
  for (const rungs of late) {
    made.push(...(await pass(rungs, null)));
    await tell();
  }
  onProgress(1);
}

/** Pictures before sound, the larger first, the sparing one after them. */
function bestFirst(a: EncodedRendition, b: EncodedRendition): number {
  return Number(a.kind === 'audio') - Number(b.kind === 'audio') || compareQualities(a.quality ?? 'original', b.quality ?? 'original');
}

/** About proportional to the time it takes; sound alone is one. */
function cost(rungs: readonly Rung[]): number {
  return 1 + rungs.reduce((sum, { codec, width, height }) => sum + ((width * height) / 230_400) * (codec === 'av1' ? 3 : 1), 0);
}

function lengthMs({ segments }: EncodedRendition): number {
  return Math.round(segments.reduce((sum, { durationUs }) => sum + durationUs, 0) / 1000);
}
