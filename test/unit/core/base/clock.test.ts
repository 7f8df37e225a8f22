import { expect, it } from 'vitest';
import { systemClock } from '../../../../src/core/base/clock.ts';

it('counts in what lasts the time a machine slept, which its own monotonic clock may not', () => {
  let awake = 1_000;
  let sinceBoot = 500_000;
  const pass = (ms: number, { asleep = false } = {}) => {
    if (!asleep) awake += ms;
    sinceBoot += ms;
  };
  const clock = systemClock({ awake: () => awake, sinceBoot: () => sinceBoot });
  const start = clock.lasting();
  pass(5_000);
  expect(clock.lasting() - start).toBe(5_000);
  pass(3_600_000, { asleep: true });
  pass(1_000);
  expect(clock.lasting() - start).toBe(3_606_000);
  pass(60_000, { asleep: true });
  expect(clock.lasting() - start).toBe(3_666_000);
});

it('never runs back, however coarse the other reading is', () => {
  let awake = 0;
  let sinceBoot = 0;
  const clock = systemClock({ awake: () => awake, sinceBoot: () => sinceBoot });
  let last = clock.lasting();
  for (const [ms, off] of [[100, 1_500], [100, -1_500], [100, 1_900], [10_000, 0], [1, -900]] as const) {
    awake += ms;
    sinceBoot = awake + off;
    const now = clock.lasting();
    expect(now - last).toBe(ms);
    last = now;
  }
});
