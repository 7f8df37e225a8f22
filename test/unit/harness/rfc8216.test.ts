import { describe, expect, it } from 'vitest';
import { breachesOf } from '../../harness/rfc8216/presentation.ts';
import { readPlaylist } from '../../harness/rfc8216/playlist.ts';

const master = `#EXTM3U
#EXT-X-VERSION:7
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="audio",DEFAULT=YES,AUTOSELECT=YES,URI="audio.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=2000,AVERAGE-BANDWIDTH=1600,CODECS="avc1.64001e,mp4a.40.2",RESOLUTION=640x360,AUDIO="sound"
video.m3u8
`;
const video = `#EXTM3U
#EXT-X-VERSION:7
#EXT-X-TARGETDURATION:6
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-MAP:URI="video.mp4",BYTERANGE="100@0"
#EXT-X-KEY:METHOD=AES-128,URI="key"
#EXTINF:6.000000,
#EXT-X-BYTERANGE:1200@100
video.mp4
#EXTINF:4.000000,
#EXT-X-BYTERANGE:400@1300
video.mp4
#EXT-X-ENDLIST
`;
const audio = `#EXTM3U
#EXT-X-VERSION:7
#EXT-X-TARGETDURATION:6
#EXT-X-MEDIA-SEQUENCE:0
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-MAP:URI="init.mp4"
#EXTINF:6.050000,
1.m4s
#EXTINF:3.950000,
2.m4s
#EXT-X-ENDLIST
`;
const sizes: Record<string, number> = { 'video.mp4': 1700, key: 16, 'init.mp4': 90, '1.m4s': 300, '2.m4s': 100 };

async function breaches(change: (file: string, text: string) => string = (_, text) => text): Promise<string[]> {
  const texts: Record<string, string> = { 'master.m3u8': master, 'video.m3u8': video, 'audio.m3u8': audio };
  const name = (url: string) => url.split('/').at(-1) ?? '';
  return breachesOf('http://here/master.m3u8', {
    text: async (url) => change(name(url), texts[name(url)] ?? ''),
    size: async (url) => sizes[name(url)] ?? expect.unreachable(url),
  });
}

it('finds nothing to say of a presentation that keeps the rules', async () => {
  expect(await breaches()).toEqual([]);
});

describe('one thing changed is one rule broken', () => {
  it.each<[section: string, file: string, from: string, to: string]>([
    ['4.3.1.1', 'video.m3u8', '#EXTM3U\n', ''],
    ['7,', 'video.m3u8', 'VERSION:7', 'VERSION:5'],
    ['4.3.3.1', 'video.m3u8', 'TARGETDURATION:6', 'TARGETDURATION:5'],
    ['4.3.3.1', 'audio.m3u8', '#EXT-X-TARGETDURATION:6\n', ''],
    ['4.3.3.4', 'audio.m3u8', '#EXT-X-ENDLIST\n', ''],
    ['4.3.2.1', 'audio.m3u8', '#EXTINF:3.950000,\n', ''],
    ['4.3.2.1', 'audio.m3u8', '6.050000,', '6.050000'],
    ['4.3.2.2', 'video.m3u8', '400@1300', '400@1316'],
    ['4.3.2.2', 'video.m3u8', '400@1300', '416@1300'],
    ['4.3.2.4', 'video.m3u8', ',URI="key"', ''],
    ['4.3.2.4', 'video.m3u8', 'URI="key"', 'URI="init.mp4"'],
    ['4.3.2.4', 'video.m3u8', 'URI="key"', 'URI="key",IV=0x12'],
    ['4.3.2.4', 'video.m3u8', '400@1300', '399@1300'],
    ['3.3', 'audio.m3u8', '#EXT-X-MAP:URI="init.mp4"\n', ''],
    ['4.2', 'master.m3u8', 'NAME="audio"', 'NAME=audio'],
    ['4.2', 'master.m3u8', 'RESOLUTION=640x360', 'RESOLUTION=640 by 360'],
    ['4.2', 'master.m3u8', 'BANDWIDTH=2000', 'BANDWIDTH=2000,BANDWIDTH=2000'],
    ['4.3.4', 'video.m3u8', '#EXT-X-ENDLIST', '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="b"\n#EXT-X-ENDLIST'],
    ['4.3.4.1', 'master.m3u8', 'NAME="audio",', ''],
    ['4.3.4.2', 'master.m3u8', 'BANDWIDTH=2000,', ''],
    ['4.3.4.2', 'master.m3u8', 'BANDWIDTH=2000', 'BANDWIDTH=1900'],
    ['4.3.4.2', 'master.m3u8', 'AVERAGE-BANDWIDTH=1600', 'AVERAGE-BANDWIDTH=2600'],
    ['4.3.4.2', 'master.m3u8', 'CODECS="avc1.64001e,mp4a.40.2",', ''],
    ['4.3.4.2.1', 'master.m3u8', 'AUDIO="sound"', 'AUDIO="silence"'],
    ['6.2.4', 'audio.m3u8', '6.050000', '5.450000'],
    ['4.1', 'master.m3u8', 'video.m3u8', 'video .m3u8'],
  ])('%s: %s without "%s"', async (section, file, from, to) => {
    expect(video + audio + master).toContain(from);
    const found = await breaches((name, text) => (name === file ? text.replace(from, to) : text)).catch(() => []);
    expect(found.join('\n')).toContain(`RFC 8216 ${section}`);
  });
});

it('a media playlist by itself is read as one', () => {
  expect(readPlaylist(video)).toMatchObject({ isMultivariant: false, targetSeconds: 6, breaches: [] });
});
