// First frame offline: from the click on a lesson to its first presented frame. Peer: a bare page with hls.js on the same files.
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { encodedLessonSchema, type EncodedRendition } from '../../src/shared/models/encoded-lesson.ts';
import { compare } from './comparison.ts';
import { runElectron } from './run-electron.ts';
import { peerFolder, useComputer } from './used-computer.ts';

const school = process.env['TEACHIFY_DEMO_SCHOOL'];
if (!school) throw new Error('TEACHIFY_DEMO_SCHOOL names no folder; run npm run bench');
const title = 'What a packet is';
const encoded = join(school, 'lessons/what-a-packet-is');

const { renditions } = encodedLessonSchema.parse(JSON.parse(await readFile(join(encoded, 'lesson.json'), 'utf8')));
const video = renditions.find(({ quality }) => quality === '480p');
const audio = renditions.find(({ kind }) => kind === 'audio');
if (!video || !audio) throw new Error('The lesson has no 480p or no sound');

const computer = await useComputer({ school, course: 'How the internet survives a bad line', lesson: title, quality: '480p' });
const peer = await peerFolder([join(encoded, video.file), join(encoded, audio.file)]);
try {
  await writeFile(join(peer.folder, 'playlist.m3u8'), multivariant(video));
  await writeFile(join(peer.folder, 'video.m3u8'), media(video));
  await writeFile(join(peer.folder, 'audio.m3u8'), media(audio));
  const hls = join(dirname(createRequire(import.meta.url).resolve('hls.js')), 'hls.min.js');
  await compare({
    name: 'first frame offline: from the click',
    unit: 'ms',
    peer: 'bare hls.js',
    runs: 9,
    measureOurs: async () => {
      const env = { ...computer.env, BENCH_WATCH: 'first-frame', BENCH_LESSON: title };
      const { mark } = await runElectron({ main: join(import.meta.dirname, 'app-main.mjs'), userData: join(computer.dataFolder, 'window'), env, flags: computer.flags });
      return Number(mark);
    },
    measurePeer: async () => {
      const env = { BENCH_FILES: peer.folder, BENCH_HLS: hls };
      const { mark } = await runElectron({ main: join(import.meta.dirname, 'first-frame/peer.mjs'), userData: join(peer.folder, 'window'), env });
      return Number(mark);
    },
    notes: [
      'the same 480p picture and sound; ours is encrypted, verified and decrypted on the way and opens a whole player, the peer reads plain files into a bare video element',
    ],
  });
} finally {
  await peer.close();
  await computer.close();
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
