import type { Clock } from '../base/clock.ts';

/** Calls at once, then leaves `ms` after the end of each call; the last call is never lost. */
export function throttle(ms: number, clock: Clock, work: () => void): () => void {
  let nextAt = -Infinity;
  let planned = false;
  const fire = () => {
    planned = false;
    nextAt = clock.monotonic() + ms;
    work();
    // Counted from here too: what a busy machine took to tell is no part of the pause.
    nextAt = clock.monotonic() + ms;
  };
  return () => {
    if (planned) return;
    const wait = nextAt - clock.monotonic();
    if (wait <= 0) return fire();
    planned = true;
    void clock.sleep(wait).then(fire);
  };
}
