import type { Remote } from '../../bridge.ts';

const everyMs = 4000;

/** What main measured on the wire, asked for by and by from what is known already; bits per second, null before anything was measured. */
export function measureBandwidth(remote: Remote, known: number | null): { now: () => number | null; stop: () => void } {
  let measured = known;
  const ask = () => {
    remote.call('playback.bandwidth').then(
      ({ bitsPerSecond }) => (measured = bitsPerSecond),
      () => undefined,
    );
  };
  const timer = window.setInterval(ask, everyMs);
  return { now: () => measured, stop: () => window.clearInterval(timer) };
}
