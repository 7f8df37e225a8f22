import type { EncodedRendition } from '../../shared/models/encoded-lesson.ts';

/** Bits per second of a rendition as it is published, in blocks of 16 bytes. */
interface BitRates {
  /** RFC 8216 4.1: of the heaviest stretch that lasts half to one and a half target durations. */
  readonly bandwidth: number;
  readonly averageBandwidth: number;
}

/** More segments than ever fit in a stretch of ours; a bound for a file of thousands. */
const mostInStretch = 50;

export function bitRatesOf(segments: EncodedRendition['segments']): BitRates {
  const sizes = segments.map(({ bytes, durationUs }) => ({ bits: encryptedBytes(bytes) * 8, durationUs }));
  // As the playlist says it, in whole seconds.
  const targetUs = Math.max(1, Math.round(Math.max(...segments.map(({ durationUs }) => durationUs)) / 1e6)) * 1e6;
  let peak = 0;
  for (const from of sizes.keys()) {
    let [bits, us] = [0, 0];
    for (const segment of sizes.slice(from, from + mostInStretch)) {
      bits += segment.bits;
      us += segment.durationUs;
      if (us > targetUs * 1.5) break;
      if (us >= targetUs * 0.5) peak = Math.max(peak, (bits * 1e6) / us);
    }
  }
  const total = sizes.reduce((sum, { bits, durationUs }) => ({ bits: sum.bits + bits, durationUs: sum.durationUs + durationUs }), { bits: 0, durationUs: 0 });
  const averageBandwidth = Math.ceil((total.bits * 1e6) / total.durationUs);
  // What lasts less than half a second has no such stretch: then all of it is one.
  return { bandwidth: peak > 0 ? Math.ceil(peak) : averageBandwidth, averageBandwidth };
}

/** AES-CBC with PKCS #7 adds up to a block. */
function encryptedBytes(bytes: number): number {
  return (Math.floor(bytes / 16) + 1) * 16;
}
