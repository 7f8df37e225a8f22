import type { Clock } from '../core/base/clock.ts';

const lookMs = 1_000;
/** More than a busy machine lets a timer wait, and more than the clock's reading is off by. */
const leastSleepMs = 4_000;

/** Calls when the machine, or this program alone, was asleep: no system tells a command line. Ends when the function given is called. */
export function watchSleep(clock: Pick<Clock, 'lasting'>, woke: () => void): () => void {
  let last = clock.lasting();
  const timer = setInterval(() => {
    const now = clock.lasting();
    if (now - last > lookMs + leastSleepMs) woke();
    last = now;
  }, lookMs);
  return () => clearInterval(timer);
}
