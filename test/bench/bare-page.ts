import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { encodedLessonSchema, type EncodedRendition } from '../../src/shared/models/encoded-lesson.ts';
import { runElectron } from './run-electron.ts';
import { peerFolder } from './used-computer.ts';

/** The player's peer: a bare page with hls.js that reads a lesson's pictures and sound, not encrypted, from a folder. */
export interface BarePage {
  /** @param watch what is measured there; the first frame if nothing is said */
  run(watch?: string): ReturnType<typeof runElectron>;
  close(): Promise<void>;
}

/** @param encoded folder of an encoded lesson */
export async function openBarePage(encoded: string, quality: string): Promise<BarePage> {
  const { renditions } = encodedLessonSchema.parse(JSON.parse(await readFile(join(encoded, 'lesson.json'), 'utf8')));
  const video = renditions.find((rendition) => rendition.quality === quality);
  const audio = renditions.find(({ kind }) => kind === 'audio');
  if (!video || !audio) throw new Error(`The lesson has no ${quality} or no sound`);
  const { folder, close } = await peerFolder([join(encoded, video.file), join(encoded, audio.file)]);
  await writeFile(join(folder, 'playlist.m3u8'), multivariant(video));
  await writeFile(join(folder, 'video.m3u8'), media(video));
  await writeFile(join(folder, 'audio.m3u8'), media(audio));
  const hls = join(dirname(createRequire(import.meta.url).resolve('hls.js')), 'hls.min.js');
  const run = (watch = 'first-frame') =>
    runElectron({ main: join(import.meta.dirname, 'first-frame/peer.mjs'), userData: join(folder, 'window'), env: { BENCH_FILES: folder, BENCH_HLS: hls, BENCH_WATCH: watch } });
  return { run, close };
}

function multivariant({ codecs, width, height }: EncodedRendition): string {
  return [
    '#EXTM3U',
    '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="sound",DEFAULT=YES,AUTOSELECT=YES,URI="audio.m3u8"',
    `#EXT-X-STREAM-INF:BANDWIDTH=600000,CODECS="${codecs},mp4a.40.2",RESOLUTION=${width}x${height},AUDIO="sound"`,
    'video.m3u8',
    '',
  ].join('\n');
}

function media({ file, initBytes, segments }: EncodedRendition): string {
  const longest = Math.ceil(Math.max(...segments.map(({ durationUs }) => durationUs)) / 1e6);
  return [
    '#EXTM3U',
    '#EXT-X-VERSION:7',
    `#EXT-X-TARGETDURATION:${longest}`,
    '#EXT-X-PLAYLIST-TYPE:VOD',
    `#EXT-X-MAP:URI="${file}",BYTERANGE="${initBytes}@0"`,
    ...segments.flatMap(({ offset, bytes, durationUs }) => [`#EXTINF:${(durationUs / 1e6).toFixed(6)},`, `#EXT-X-BYTERANGE:${bytes}@${offset}`, file]),
    '#EXT-X-ENDLIST',
    '',
  ].join('\n');
}
