import { expect, it } from 'vitest';
import { captionsOf } from '../../../build/demo-school/captions.ts';

/** Cues as players read them (WebVTT, 6.1). */
function cuesOf(vtt: string): { startMs: number; endMs: number; lines: string[] }[] {
  const [head, ...blocks] = vtt.trim().split('\n\n');
  expect(head).toBe('WEBVTT');
  return blocks.map((block) => {
    const [times = '', ...lines] = block.split('\n');
    const [startMs = 0, endMs = 0] = times.split(' --> ').map((time) => {
      const [, h = '', m = '', s = '', ms = ''] = /^(\d\d):(\d\d):(\d\d)\.(\d\d\d)$/.exec(time) ?? [];
      return ((Number(h) * 60 + Number(m)) * 60 + Number(s)) * 1000 + Number(ms);
    });
    return { startMs, endMs, lines };
  });
}

const sentences = [
  'Short.',
  'A packet carries a small piece of a file, with the address it goes to and the number of its place.',
  'When one is lost on the way, the far end says which, and only that one is sent again, however long the file is and however bad the line.',
];
const times = [
  { startMs: 600, endMs: 1_400 },
  { startMs: 1_850, endMs: 7_000 },
  { startMs: 7_450, endMs: 15_123 },
];

it('says the very words that are spoken, in order', () => {
  const words = cuesOf(captionsOf(sentences, times)).flatMap(({ lines }) => lines).join(' ');
  expect(words).toBe(sentences.join(' '));
});

it('each sentence fills its own time without a gap, and cues never overlap', () => {
  const cues = cuesOf(captionsOf(sentences, times));
  for (const [index, { startMs, endMs }] of cues.entries()) {
    expect(endMs).toBeGreaterThan(startMs);
    expect(startMs).toBeGreaterThanOrEqual(cues[index - 1]?.endMs ?? 0);
  }
  for (const { startMs, endMs } of times) {
    expect(cues.some((cue) => cue.startMs === startMs)).toBe(true);
    expect(cues.some((cue) => cue.endMs === endMs)).toBe(true);
  }
});

it('shows at most two lines of at most 42 letters, none of them a lonely word', () => {
  for (const { lines } of cuesOf(captionsOf(sentences, times))) {
    expect(lines.length).toBeLessThanOrEqual(2);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(42);
    if (lines.length === 2) for (const line of lines) expect(line).toContain(' ');
  }
});
