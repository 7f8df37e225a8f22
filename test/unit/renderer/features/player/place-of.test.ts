import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { placeOf } from '../../../../../src/renderer/features/player/place-of.ts';

beforeEach(() => vi.stubGlobal('HTMLMediaElement', { HAVE_NOTHING: 0, HAVE_CURRENT_DATA: 2 }));
afterEach(() => vi.unstubAllGlobals());

it('believes an element that shows something, or is on its way', () => {
  expect(placeOf({ readyState: 4, seeking: false, currentTime: 22 })).toBe(22);
  expect(placeOf({ readyState: 2, seeking: false, currentTime: 22 })).toBe(22);
  expect(placeOf({ readyState: 1, seeking: true, currentTime: 40 })).toBe(40);
});

it('does not take for the beginning what has no source yet, or one that was not taken to its place', () => {
  expect(placeOf({ readyState: 0, seeking: false, currentTime: 0 })).toBeNull();
  expect(placeOf({ readyState: 0, seeking: true, currentTime: 0 })).toBeNull();
  expect(placeOf({ readyState: 1, seeking: false, currentTime: 0 })).toBeNull();
});
