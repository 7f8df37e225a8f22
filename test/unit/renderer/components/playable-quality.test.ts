import { afterEach, expect, it, vi } from 'vitest';
import { playableQualities } from '../../../../src/renderer/components/playable-quality.ts';

afterEach(() => vi.unstubAllGlobals());

function machineWith(av1: boolean): void {
  vi.stubGlobal('MediaSource', { isTypeSupported: () => av1 });
}

it('offers the data saver of a film where its picture can be decoded', () => {
  machineWith(true);
  expect(playableQualities(['720p', '360p', 'saver'])).toEqual(['720p', '360p', 'saver']);
  machineWith(false);
  expect(playableQualities(['720p', '360p', 'saver'])).toEqual(['720p', '360p']);
});

it('offers the data saver of sound alone everywhere', () => {
  machineWith(false);
  expect(playableQualities(['original', 'saver'])).toEqual(['original', 'saver']);
});
