import type { Clock } from '../../src/core/base/clock.ts';

export interface ManualClock extends Clock {
  /** Moves time on and wakes, in order, who slept until then. */
  advance(ms: number): Promise<void>;
  /** How long each sleeper still sleeps, ms. */
  sleepers(): number[];
}

/** A clock that stands still until it is told otherwise. */
export function manualClock(start = 1_700_000_000_000): ManualClock {
  let passed = 0;
  let sleeping: { at: number; wake: () => void }[] = [];
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  return {
    bootId: 'test-boot',
    now: () => start + passed,
    monotonic: () => passed,
    lasting: () => passed,
    sleepers: () => sleeping.map(({ at }) => at - passed),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason as Error);
        const sleeper = { at: passed + ms, wake: resolve };
        sleeping.push(sleeper);
        signal?.addEventListener('abort', () => {
          sleeping = sleeping.filter((one) => one !== sleeper);
          reject(signal.reason as Error);
        });
      }),
    advance: async (ms) => {
      const end = passed + ms;
      await settle();
      for (;;) {
        const next = sleeping.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (!next) break;
        passed = Math.max(passed, next.at);
        sleeping = sleeping.filter((one) => one !== next);
        next.wake();
        await settle();
      }
      passed = end;
      await settle();
    },
  };
}
