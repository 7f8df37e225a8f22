import { expect, it } from 'vitest';
import { captionsPlaylist, mediaPlaylist, multivariantPlaylist } from '../../../src/server/services/playlists.ts';
import type { Manifest, Rendition, SideFile } from '../../../src/shared/models/manifest.ts';
import type { Piece } from '../../../src/shared/models/piece-table.ts';

const digest = (digit: string) => digit.repeat(64);
const file = (digit: string, keyId: string | null) => ({ sha256: digest(digit), bytes: 3000, keyId });

const video: Rendition = {
  ...{ id: '480p', kind: 'video', codecs: 'avc1.640016', quality: '480p', width: 854, height: 480, frameRate: 10, language: null },
  ...{ averageBandwidth: 1000, bandwidth: 2000, file: file('a', 'key-a'), pieceTable: file('b', null) },
};
const audio: Rendition = {
  ...{ id: 'audio', kind: 'audio', codecs: 'mp4a.40.2', quality: null, width: null, height: null, frameRate: null, language: 'en' },
  ...{ averageBandwidth: 100, bandwidth: 200, file: file('c', 'key-c'), pieceTable: file('d', null) },
};
const captions: SideFile = { role: 'captions', name: 'a "quoted"\nname', mimeType: 'text/vtt', language: null, file: file('e', 'key-e') };
const manifest: Manifest = {
  ...{ format: 'teachify-manifest/1', lessonId: 'lesson', revision: 1, timelineId: 'line', durationMs: 12_500, chapters: [] },
  renditions: [video, audio],
  sideFiles: [captions],
};
const pieces: Piece[] = [
  { offset: 0, length: 800, durationUs: 0, sha256: null },
  { offset: 800, length: 1200, durationUs: 6_400_000, sha256: null },
  { offset: 2000, length: 1000, durationUs: 6_100_000, sha256: null },
];

it('the sound is counted in the bandwidth of every picture it goes with', () => {
  expect(multivariantPlaylist(manifest)).toContain(
    '#EXT-X-STREAM-INF:BANDWIDTH=2200,AVERAGE-BANDWIDTH=1100,CODECS="avc1.640016,mp4a.40.2",RESOLUTION=854x480,FRAME-RATE=10.000,AUDIO="sound",SUBTITLES="captions"\nplaylist_480p.m3u8\n',
  );
});

it('sound of few bits is a group of its own beside the smallest picture; sound alone stands by itself', () => {
  const saving = { ...audio, id: 'audio_saver', quality: 'saver', averageBandwidth: 10, bandwidth: 20 };
  const both = multivariantPlaylist({ ...manifest, sideFiles: [], renditions: [video, audio, saving] });
  expect(both).toContain('#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sparing",NAME="audio",LANGUAGE="en",DEFAULT=YES,AUTOSELECT=YES,URI="playlist_audio_saver.m3u8"\n');
  expect(both).toContain('#EXT-X-STREAM-INF:BANDWIDTH=2020,AVERAGE-BANDWIDTH=1010,CODECS="avc1.640016,mp4a.40.2",RESOLUTION=854x480,FRAME-RATE=10.000,AUDIO="sparing"\nplaylist_480p.m3u8\n');
  expect(multivariantPlaylist({ ...manifest, sideFiles: [], renditions: [audio, saving] }).split('\n').slice(3)).toEqual([
    '#EXT-X-STREAM-INF:BANDWIDTH=200,AVERAGE-BANDWIDTH=100,CODECS="mp4a.40.2"',
    'playlist_audio.m3u8',
    '#EXT-X-STREAM-INF:BANDWIDTH=20,AVERAGE-BANDWIDTH=10,CODECS="mp4a.40.2"',
    'playlist_audio_saver.m3u8',
    '',
  ]);
});

it('a name cannot end the attribute it stands in', () => {
  expect(multivariantPlaylist(manifest)).toContain('NAME="a  quoted  name",DEFAULT=NO');
});

it('the key follows the initialisation segment, which is clear', () => {
  const lines = mediaPlaylist('lesson', video, pieces).split('\n');
  expect(lines.slice(3, 9)).toEqual([
    '#EXT-X-MEDIA-SEQUENCE:0', // the first segment's IV is this number
    '#EXT-X-PLAYLIST-TYPE:VOD',
    '#EXT-X-INDEPENDENT-SEGMENTS',
    `#EXT-X-MAP:URI="../../../media/${digest('a')}/0-799.mp4"`,
    '#EXT-X-KEY:METHOD=AES-128,URI="../../../api/lessons/lesson/keys/key-a"',
    '#EXTINF:6.400000,',
  ]);
  expect(lines.at(-2)).toBe('#EXT-X-ENDLIST');
});

it('addresses lead to the right place for a school below a path of its host', () => {
  const addresses = mediaPlaylist('lesson', video, pieces).match(/\.\.\/[^"\n]+/g) ?? [];
  const base = 'https://school.example/learn/api/lessons/lesson/playlist_480p.m3u8';
  expect(addresses.map((address) => new URL(address, base).pathname)).toEqual([
    `/learn/media/${digest('a')}/0-799.mp4`,
    '/learn/api/lessons/lesson/keys/key-a',
    `/learn/media/${digest('a')}/800-1999.m4s`,
    `/learn/media/${digest('a')}/2000-2999.m4s`,
  ]);
});

it('the target duration is the longest segment, rounded as RFC 8216 4.3.3.1 rounds it', () => {
  expect(mediaPlaylist('lesson', video, pieces)).toContain('#EXT-X-TARGETDURATION:6\n');
  expect(captionsPlaylist(manifest, captions)).toContain('#EXT-X-TARGETDURATION:13\n');
});
