import { expect, it } from 'vitest';
import { foreignPlaylist, joinVtt } from '../../../../src/core/playback/foreign-media.ts';
import { renditionSchema } from '../../../../src/shared/models/manifest.ts';

const file = { sha256: 'a'.repeat(64), bytes: 10, keyId: null };
const rendition = renditionSchema.parse({
  ...{ id: 'r0', kind: 'video', codecs: 'avc1', quality: null, width: null, height: null, frameRate: null, language: null },
  ...{ averageBandwidth: 1, bandwidth: 1, file, pieceTable: file },
});
const piece = (durationUs: number) => ({ offset: 0, length: 1, durationUs, sha256: null });
const part = (discontinuity = false) => ({ discontinuity, key: null });

it('a break in the time line stands before the initialisation section that follows it', () => {
  const pieces = [piece(0), piece(6e6), piece(0), piece(4e6), piece(2e6)];
  const lines = foreignPlaylist(rendition, pieces, [part(), part(), part(), part(true), part()]).split('\n');
  expect(lines.slice(5, -2)).toEqual([
    ...['#EXT-X-MAP:URI="r0/0.m4s"', '#EXTINF:6.000000,', 'r0/1.m4s'],
    ...['#EXT-X-DISCONTINUITY', '#EXT-X-MAP:URI="r0/2.m4s"', '#EXTINF:4.000000,', 'r0/3.m4s', '#EXTINF:2.000000,', 'r0/4.m4s'],
  ]);
  expect(lines.at(-2)).toBe('#EXT-X-ENDLIST');
});

it('MPEG-2 TS needs no initialisation section', () => {
  expect(foreignPlaylist(rendition, [piece(6e6)], [part()])).not.toContain('EXT-X-MAP');
});

it('captions in segments keep each cue once, at its place in the whole', () => {
  const first = 'WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000\n\n00:01.000 --> 00:02.000\nOne\n';
  const again = 'WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000\n\n00:01.000 --> 00:02.000\nOne\n\n00:05.000 --> 00:06.000\nTwo\n';
  const later = 'WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:1800000,LOCAL:00:00:00.000\n\n00:00.500 --> 00:01.500 line:0\nThree\n';
  expect(joinVtt([first, again, later])).toBe('WEBVTT\n\n00:01.000 --> 00:02.000\nOne\n\n00:05.000 --> 00:06.000\nTwo\n\n00:00:10.500 --> 00:00:11.500 line:0\nThree\n');
});
