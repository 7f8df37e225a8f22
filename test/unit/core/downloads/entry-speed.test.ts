import { expect, it } from 'vitest';
import { EntrySpeed } from '../../../../src/core/downloads/entry-speed.ts';

it('is what the last five seconds brought', () => {
  const speed = new EntrySpeed();
  expect(speed.bytesPerSecond()).toBe(0);
  for (let second = 0; second <= 10; second++) speed.record(second * 1000, second * 100_000);
  expect(speed.bytesPerSecond()).toBe(100_000);
  for (let second = 11; second <= 16; second++) speed.record(second * 1000, 1_000_000);
  expect(speed.bytesPerSecond()).toBe(0);
});

it('begins anew when bytes were lost', () => {
  const speed = new EntrySpeed();
  speed.record(0, 500_000);
  speed.record(1_000, 100_000);
  expect(speed.bytesPerSecond()).toBe(0);
  speed.record(2_000, 150_000);
  expect(speed.bytesPerSecond()).toBe(50_000);
});
