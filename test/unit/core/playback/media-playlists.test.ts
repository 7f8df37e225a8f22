import { expect, it } from 'vitest';
import { multivariantPlaylist } from '../../../../src/core/playback/media-playlists.ts';
import { variantsOf, type Rendition } from '../../../../src/shared/models/manifest.ts';

const file = { sha256: 'a'.repeat(64), bytes: 100, keyId: null };
const rendition = (id: string, kind: 'video' | 'audio', quality: string | null, codecs: string): Rendition => ({
  ...{ id, kind, codecs, quality, width: null, height: null, frameRate: null, language: null },
  ...{ averageBandwidth: 10, bandwidth: 20, file, pieceTable: file },
});
const picture = rendition('v', 'video', '360p', 'avc1.64001e');
const sound = rendition('audio', 'audio', null, 'mp4a.40.2');
const small = rendition('audio_saver', 'audio', 'saver', 'mp4a.40.2');
const lines = (...renditions: Rendition[]) => multivariantPlaylist(variantsOf({ renditions })).split('\n').slice(3, -1);

it('each way to watch is named by its quality, with the sound that goes with it', () => {
  expect(lines(picture, sound, small)).toEqual([
    '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="sound",DEFAULT=YES,AUTOSELECT=YES,URI="audio.m3u8"',
    '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sparing",NAME="sound",DEFAULT=YES,AUTOSELECT=YES,URI="audio_saver.m3u8"',
    '#EXT-X-STREAM-INF:BANDWIDTH=40,AVERAGE-BANDWIDTH=20,CODECS="avc1.64001e,mp4a.40.2",AUDIO="sound",NAME="360p"',
    'v.m3u8',
    '#EXT-X-STREAM-INF:BANDWIDTH=40,AVERAGE-BANDWIDTH=20,CODECS="avc1.64001e,mp4a.40.2",AUDIO="sparing",NAME="saver"',
    'v.m3u8',
  ]);
});

it('sound alone can be played by itself', () => {
  expect(lines(sound)).toEqual(['#EXT-X-STREAM-INF:BANDWIDTH=20,AVERAGE-BANDWIDTH=10,CODECS="mp4a.40.2",NAME="original"', 'audio.m3u8']);
});

it('elsewhere the sound may keep its codec to itself, since the picture names both', () => {
  expect(lines(rendition('v', 'video', '360p', 'avc1.64001e,mp4a.40.2'), rendition('a', 'audio', null, '')).join()).toContain('CODECS="avc1.64001e,mp4a.40.2"');
});
