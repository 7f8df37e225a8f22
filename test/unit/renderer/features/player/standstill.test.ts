import { expect, it } from 'vitest';
import { createPlayerStore, standstill } from '../../../../../src/renderer/features/player/player-store.ts';

const blocked = { code: 'offline', retrying: false } as const;
const at = (positionMs: number, more: Partial<Parameters<typeof createPlayerStore>[0]> = {}) =>
  standstill(createPlayerStore({ stalled: true, blocked, buffered: [[24_000, 30_000]], positionMs, ...more }).getState());

it('says that it cannot go on where nothing is ahead', () => {
  expect(at(30_000)).toEqual(blocked);
  expect(at(29_800)).toEqual(blocked);
  expect(at(10_000)).toEqual(blocked);
  expect(at(28_000, { buffered: [] })).toEqual(blocked);
});

it('says nothing while what is there is still to be shown, though the part behind it cannot be had', () => {
  expect(at(28_000)).toBeNull();
  // The buffer begins a frame later than where one wished to be.
  expect(at(23_960)).toBeNull();
});

it('says nothing while it runs, at the end, or when nothing is in the way', () => {
  expect(at(30_000, { stalled: false })).toBeNull();
  expect(at(30_000, { ended: true })).toBeNull();
  expect(at(30_000, { blocked: null })).toBeNull();
});
