import { describe, expect, it } from 'vitest';
import { closestQuality, qualitySchema } from '../../../../src/shared/models/quality.ts';

describe('closestQuality', () => {
  const ladder = ['720p', '480p', '360p'];

  it.each([
    ['480p', '480p'],
    ['1080p', '720p'],
    ['540p', '480p'],
    ['240p', '360p'],
  ])('finds for %s the %s of a ladder', (wished, found) => {
    expect(closestQuality(wished, ladder)).toBe(found);
  });

  it('takes a plain file as it is', () => {
    expect(closestQuality('480p', ['original'])).toBe('original');
  });

  it('gives the sparing quality to those alone who ask for it', () => {
    expect(closestQuality('saver', ['720p', '360p', 'saver'])).toBe('saver');
    expect(closestQuality('saver', ['720p', '360p'])).toBe('360p');
    expect(closestQuality('240p', ['720p', 'saver'])).toBe('720p');
  });

  it('finds nothing in nothing', () => {
    expect(closestQuality('480p', [])).toBeUndefined();
  });
});

it.each(['720', 'p', '../720p', '720p ', ''])('refuses %j as a quality', (text) => {
  expect(qualitySchema.safeParse(text).success).toBe(false);
});
