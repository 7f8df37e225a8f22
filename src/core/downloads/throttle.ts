import type { Clock } from '../base/clock.ts';

/** Calls at once, then at most every `ms`; the last call is never lost. */
export function throttle(ms: number, clock: Clock, work: () => void): () => void {
  let nextAt = -Infinity;
  let planned = false;
  const fire = () => {
    planned = false;
    nextAt = clock.monotonic() + ms;
    work();
  };
  return () => {
    if (planned) return;
    const wait = nextAt - clock.monotonic();
    if (wait <= 0) return fire();
    planned = true;
    void clock.sleep(wait).then(fire);
  };
}
