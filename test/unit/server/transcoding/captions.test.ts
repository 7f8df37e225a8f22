import { expect, it } from 'vitest';
import { toWebVtt } from '../../../../src/server/transcoding/captions.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

it('SubRip becomes WebVTT, its line ends and marks too', () => {
  expect(toWebVtt(bytes('\uFEFF1\r\n00:00:01,000 --> 00:00:02,500\r\nHello, you\r\n\r\n2\r\n00:00:03,000 --> 00:00:04,000\r\nBye\r\n'))).toBe(
    'WEBVTT\n\n1\n00:00:01.000 --> 00:00:02.500\nHello, you\n\n2\n00:00:03.000 --> 00:00:04.000\nBye\n',
  );
});

it('WebVTT stays what it is, settings of cues included', () => {
  const vtt = 'WEBVTT - lesson\n\n01:01.000 --> 01:02.000 align:start\nHello\n';
  expect(toWebVtt(bytes(vtt))).toBe(vtt);
});

it('letters of an older Windows are read', () => {
  expect(toWebVtt(Buffer.from('1\n00:00:01,000 --> 00:00:02,000\ncaf\xE9\n', 'latin1'))).toContain('café');
});

it.each(['', 'WEBVTT\n', 'Dear students, 00:01 --> later', '{"a":1}'])('%j is refused with a sentence', (text) => {
  expect(() => toWebVtt(bytes(text))).toThrow(/neither WebVTT nor SubRip/);
});
