import { expect, it } from 'vitest';
import { throttle } from '../../../../src/core/downloads/throttle.ts';
import { manualClock } from '../../../harness/manual-clock.ts';

it('calls at once, then at most once in so many ms, and the last call is not lost', async () => {
  const clock = manualClock();
  const told: number[] = [];
  const tell = throttle(250, clock, () => told.push(clock.monotonic()));
  tell();
  tell();
  await clock.advance(100);
  tell();
  await clock.advance(1_000);
  expect(told).toEqual([0, 250]);
  tell();
  expect(told).toEqual([0, 250, 1_100]);
});

it('who takes a while to tell, as on a busy machine, has that while and the pause between two tellings', async () => {
  const clock = manualClock();
  const told: number[] = [];
  let late = 0;
  const tell = throttle(250, { ...clock, monotonic: () => clock.monotonic() + late }, () => {
    late += 40;
    told.push(clock.monotonic() + late);
  });
  tell();
  tell();
  await clock.advance(1_000);
  const [first = 0, second = 0] = told;
  expect(second - first).toBeGreaterThanOrEqual(250 + 40);
});
