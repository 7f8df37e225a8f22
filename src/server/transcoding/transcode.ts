import type { EncodedRendition } from '../../shared/models/encoded-lesson.ts';
import { TeachifyError } from '../../shared/errors.ts';
import { encodePass } from './encode-pass.ts';
import { ladderFor, type Rung } from './ladder.ts';
import { drawPoster, drawThumbnails, type Thumbnails } from './pictures.ts';
import { probe } from './probe.ts';
import { soundChannels } from './sound-channels.ts';

export interface Transcoding {
  readonly source: string;
  /** Holds all that is made: renditions, poster, thumbnails. */
  readonly folder: string;
  /** Called with all renditions so far: first the smallest picture and the sound, then everything. */
  readonly onPlayable: (soFar: Playable) => Promise<void>;
  /** 0 to 1 over both passes. */
  readonly onProgress?: (share: number) => void;
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

/** A file of any kind into renditions, in two passes. Throws `bad_request` with a sentence when it cannot become a lesson. */
export async function transcode({ source, folder, onPlayable, onProgress = () => {}, signal }: Transcoding): Promise<void> {
  const media = await probe(source, signal);
  const [first, ...others] = media.video ? ladderFor(media.video) : [];
  const firstRungs = first ? [first] : [];
  const total = cost(firstRungs) + cost(others);
  const watch = (done: number, rungs: readonly Rung[]) => (ms: number) => {
    if (media.durationMs) onProgress(Math.min(1, (done + cost(rungs) * Math.min(1, ms / media.durationMs)) / total));
  };

  const audioChannels = media.audio ? await soundChannels(source, media.audio.channels, signal) : null;
  const early = await encodePass({ source, folder, rungs: firstRungs, audioChannels, onTime: watch(0, firstRungs), signal });
  if (early.length === 0) throw new TeachifyError('bad_request', 'This file cannot become a lesson: there is nothing in it that can be decoded.');
  const durationMs = Math.max(...early.map(lengthMs));
  const picture = early.find(({ kind }) => kind === 'video');
  const poster = first && picture ? await drawPoster(source, first, lengthMs(picture), { folder, signal }) : null;
  const thumbnails = picture ? await drawThumbnails(picture, { folder, signal }) : null;
  await onPlayable({ renditions: early, durationMs, poster, thumbnails });

  if (others.length > 0) {
    const late = await encodePass({ source, folder, rungs: others, audioChannels: null, onTime: watch(cost(firstRungs), others), signal });
    await onPlayable({ renditions: [...early, ...late].sort((a, b) => (b.height ?? 0) - (a.height ?? 0)), durationMs, poster, thumbnails });
  }
  onProgress(1);
}

/** About proportional to the time it takes; sound alone is one. */
function cost(rungs: readonly Rung[]): number {
  return 1 + rungs.reduce((sum, { width, height }) => sum + (width * height) / 230_400, 0);
}

function lengthMs({ segments }: EncodedRendition): number {
  return Math.round(segments.reduce((sum, { durationUs }) => sum + durationUs, 0) / 1000);
}
