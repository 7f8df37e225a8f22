import { describe, expect, it } from 'vitest';
import { chooseQuality, type Situation } from '../../../../../../src/renderer/features/player/engine/choose-quality.ts';

const levels = [
  { quality: '360p', bitrate: 250_000 },
  { quality: '480p', bitrate: 450_000 },
  { quality: '720p', bitrate: 900_000 },
];
const choose = (change: Partial<Situation>) =>
  chooseQuality({ levels, wish: 'auto', downloadedQuality: null, local: new Map(), bandwidth: null, atMs: 0, playbackRate: 1, lineGone: false, current: null, ...change });

describe('Auto', () => {
  it('begins cautiously when nothing was measured', () => {
    expect(choose({})).toBe('360p');
  });

  it.each([
    [100_000, '360p'],
    [700_000, '480p'],
    [5_000_000, '720p'],
  ])('takes on a line of %d bit/s %s', (bandwidth, quality) => expect(choose({ bandwidth })).toBe(quality));

  it('keeps a quality that the line just carries, but does not rise to it', () => {
    expect(choose({ bandwidth: 1_050_000, current: '720p' })).toBe('720p');
    expect(choose({ bandwidth: 1_050_000, current: '480p' })).toBe('480p');
  });

  it('reckons with double speed', () => {
    expect(choose({ bandwidth: 1_400_000, playbackRate: 2 })).toBe('480p');
  });

  it('prefers, at each place, the best that is on this computer', () => {
    const local = new Map([
      ['360p', [[0, 60_000]]],
      ['480p', [[0, 30_000]]],
    ] as const);
    expect(choose({ bandwidth: 9_000_000, local, atMs: 10_000 })).toBe('480p');
    expect(choose({ bandwidth: 9_000_000, local, atMs: 30_000 })).toBe('360p');
    expect(choose({ bandwidth: 9_000_000, local, atMs: 60_000 })).toBe('720p');
  });

  it('plays a lesson as it was taken home, whatever the line', () => {
    expect(choose({ bandwidth: 9_000_000, downloadedQuality: '480p', atMs: 99_000 })).toBe('480p');
  });
});

describe('without a line', () => {
  const local = new Map([['360p', [[0, 60_000]]]] as const);

  it('plays what is here instead of what was wished, or of what the lesson is being taken home in', () => {
    expect(choose({ lineGone: true, wish: '720p', local, atMs: 5000 })).toBe('360p');
    expect(choose({ lineGone: true, downloadedQuality: '480p', local, atMs: 5000 })).toBe('360p');
  });

  it('keeps the wish where it is here, or where nothing is', () => {
    expect(choose({ lineGone: true, wish: '360p', local, atMs: 5000 })).toBe('360p');
    expect(choose({ lineGone: true, wish: '720p', local, atMs: 60_000 })).toBe('720p');
  });
});

it("the student's choice wins, or the nearest there is", () => {
  expect(choose({ wish: '720p', bandwidth: 1, downloadedQuality: '360p' })).toBe('720p');
  expect(choose({ wish: '1080p' })).toBe('720p');
  expect(choose({ levels: [] })).toBeUndefined();
});
