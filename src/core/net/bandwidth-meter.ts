import type { BandwidthMeter } from '../content/ports.ts';

/** Half of the weight comes from the last so many ms of transfer. */
const halfLifeMs = 4_000;
const tooShortMs = 20;

/** Speed on the wire as an exponentially weighted mean over transfer time, so that waiting between transfers does not count. */
export function createBandwidthMeter(): BandwidthMeter {
  let bits = 0;
  let ms = 0;
  return {
    bitsPerSecond: () => (ms > 0 ? (bits / ms) * 1000 : null),
    record: (bytes, duration) => {
      const took = Math.max(duration, tooShortMs);
      const keep = 0.5 ** (took / halfLifeMs);
      bits = bits * keep + bytes * 8;
      ms = ms * keep + took;
    },
  };
}
