import { describe, expect, it } from 'vitest';
import { readMedia, readMultivariant } from '../../../../../src/core/content/foreign/read-playlists.ts';
import { isTeachifyError } from '../../../../../src/shared/errors.ts';
import { fc } from '../../../../harness/same-cases.ts';

const base = 'https://elsewhere.example/lessons/one/media.m3u8';
const playlist = (...lines: string[]) => ['#EXTM3U', '#EXT-X-VERSION:7', '#EXT-X-TARGETDURATION:6', ...lines, '#EXT-X-ENDLIST', ''].join('\n');

describe('readMedia', () => {
  it('finds segments, byte ranges and initialisation sections, each where it lies', () => {
    const text = playlist(
      '#EXT-X-MAP:URI="film.mp4",BYTERANGE="700@0"',
      ...['#EXTINF:6,', '#EXT-X-BYTERANGE:1000@700', 'film.mp4', '#EXTINF:4.5,', '#EXT-X-BYTERANGE:500', 'film.mp4'],
      '#EXT-X-DISCONTINUITY',
      ...['#EXT-X-MAP:URI="/other/init.mp4"', '#EXTINF:2,', '/other/1.m4s'],
    );
    const film = 'https://elsewhere.example/lessons/one/film.mp4';
    expect(readMedia(text, base).map(({ url, offset, length, durationUs, discontinuity }) => [url, offset, length, durationUs, discontinuity])).toEqual([
      [film, 0, 700, 0, false],
      [film, 700, 1000, 6_000_000, false],
      [film, 1700, 500, 4_500_000, false],
      ['https://elsewhere.example/other/init.mp4', 0, null, 0, false],
      ['https://elsewhere.example/other/1.m4s', 0, null, 2_000_000, true],
    ]);
  });

  it('locks each segment with the key that stands before it, by the vector named or by its number', () => {
    const text = playlist(
      '#EXT-X-MEDIA-SEQUENCE:7',
      ...['#EXT-X-KEY:METHOD=AES-128,URI="a.key"', '#EXTINF:6,', '1.ts'],
      ...['#EXT-X-KEY:METHOD=AES-128,URI="b.key",IV=0x000102030405060708090a0b0c0d0e0f', '#EXTINF:6,', '2.ts'],
      ...['#EXT-X-KEY:METHOD=NONE', '#EXTINF:6,', '3.ts'],
    );
    const keys = readMedia(text, base).map(({ key }) => key && [key.url.split('/').at(-1), Buffer.from(key.iv).toString('hex')]);
    expect(keys).toEqual([['a.key', '00000000000000000000000000000007'], ['b.key', '000102030405060708090a0b0c0d0e0f'], null]);
  });

  it('reads any text, or refuses it with a reason, and never fails otherwise', () => {
    const line = fc.oneof(
      fc.constantFrom('#EXTINF:6,', '1.ts', '#EXT-X-ENDLIST', '#EXT-X-MAP:URI="i.mp4"', '#EXT-X-BYTERANGE:5@9', '#EXT-X-KEY:METHOD=AES-128,URI="k"', '#EXT-X-DISCONTINUITY', '#EXT-X-GAP', '#EXT-X-STREAM-INF:BANDWIDTH=1'),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), (lines) => {
        for (const read of [readMedia, readMultivariant]) {
          try {
            expect(read(['#EXTM3U', ...lines].join('\n'), base).length).toBeGreaterThan(0);
          } catch (error) {
            if (!isTeachifyError(error)) throw error;
          }
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('readMultivariant', () => {
  it('offers one picture for each height, the richer one, and the sound and captions beside the best', () => {
    const text = [
      ...['#EXTM3U', '#EXT-X-VERSION:7'],
      '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="Hausa",LANGUAGE="ha",URI="ha.m3u8"',
      '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="s",NAME="English",LANGUAGE="en",URI="en.m3u8"',
      ...['#EXT-X-STREAM-INF:BANDWIDTH=500000,RESOLUTION=640x360,AUDIO="a",SUBTITLES="s"', 'poor.m3u8'],
      ...['#EXT-X-STREAM-INF:BANDWIDTH=800000,RESOLUTION=640x360,AUDIO="a",SUBTITLES="s"', 'rich.m3u8'],
      ...['#EXT-X-STREAM-INF:BANDWIDTH=2000000,RESOLUTION=1280x720,AUDIO="a",SUBTITLES="s"', 'large.m3u8'],
      '',
    ].join('\n');
    expect(readMultivariant(text, base).map(({ kind, url, height, language }) => [kind, url.split('/').at(-1), height, language])).toEqual([
      ['video', 'large.m3u8', 720, null],
      ['video', 'rich.m3u8', 360, null],
      ['audio', 'ha.m3u8', null, 'ha'],
      ['captions', 'en.m3u8', null, 'en'],
    ]);
  });
});
