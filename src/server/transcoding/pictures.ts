import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EncodedLesson, EncodedRendition } from '../../shared/models/encoded-lesson.ts';
import type { Rung } from './ladder.ts';
import { inputOf, type Brightness } from './probe.ts';
import { stillOutput, toneFilter } from './encode-pass.ts';
import { runFfmpeg } from './run-ffmpeg.ts';

export type Thumbnails = NonNullable<EncodedLesson['thumbnails']>;

interface Where {
  readonly folder: string;
  readonly signal?: AbortSignal | undefined;
}

export const posterFile = 'poster.jpg';

/** A still from a tenth in: titles are up by then. Gives its file name, also of one that is there already; null when there is no frame to draw. */
export async function drawPoster(source: string, { width, height }: Rung, brightness: Brightness, durationMs: number, { folder, signal }: Where): Promise<string | null> {
  const file = posterFile;
  const isThere = () => access(join(folder, file)).then(() => true, () => false);
  if (await isThere()) return file;
  const frame = ['-map', '0:V:0', '-vf', `scale=${width}:${height},${toneFilter(brightness)}setsar=1`, ...stillOutput(file)];
  // Where no key frame follows, as in some broadcasts, ffmpeg finds nothing there: then the first frame of all.
  for (const start of [['-ss', (durationMs / 10_000).toFixed(3)], []]) {
    await runFfmpeg([...start, ...inputOf(source), ...frame], { folder, signal });
    if (await isThere()) return file;
  }
  return null;
}

const fewestColumns = 10;
const tileWidth = 160;
/** A JPEG is no higher than 65,500. */
const mostHeight = 60_000;

/**
 * One sheet with the first frame of every segment, ten in a row or as many as it takes, and the WebVTT that says when each shows. Only key frames are
 * decoded, of the smallest rendition.
 */
export async function drawThumbnails({ file, width, height, segments }: EncodedRendition, { folder, signal }: Where): Promise<Thumbnails> {
  const tileHeight = Math.round((tileWidth * (height ?? 9)) / (width ?? 16) / 2) * 2;
  const columns = Math.max(fewestColumns, Math.ceil((segments.length * tileHeight) / mostHeight));
  const filter = `scale=${tileWidth}:${tileHeight},tile=${columns}x${Math.ceil(segments.length / columns)}`;
  await runFfmpeg(['-skip_frame', 'nokey', '-i', file, '-fps_mode', 'passthrough', '-vf', filter, '-frames:v', '1', '-q:v', '6', '-update', '1', sheet], { folder, signal });
  let us = 0;
  const cues = segments.map(({ durationUs }, index) => {
    const from = us;
    us += durationUs;
    const [x, y] = [(index % columns) * tileWidth, Math.floor(index / columns) * tileHeight];
    return `${webVttTime(from)} --> ${webVttTime(us)}\n${sheet}#xywh=${x},${y},${tileWidth},${tileHeight}\n`;
  });
  await writeFile(join(folder, list), `WEBVTT\n\n${cues.join('\n')}`);
  return { list, sheet };
}

const sheet = 'thumbnails.jpg';
const list = 'thumbnails.vtt';

function webVttTime(us: number): string {
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  const ms = Math.round(us / 1000);
  return `${two(ms / 3_600_000)}:${two((ms / 60_000) % 60)}:${two((ms / 1000) % 60)}.${String(ms % 1000).padStart(3, '0')}`;
}
