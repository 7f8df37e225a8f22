import type Hls from 'hls.js';
import type { AbrComponentAPI, EwmaBandWidthEstimator } from 'hls.js';

interface AbrOptions {
  /** Which level the next segment should have, as an index into `hls.levels`. */
  readonly nextLevel: (hls: Hls) => number;
  /** Bits per second as main measured them on the wire; null before anything was measured. */
  readonly bandwidth: () => number | null;
}

/** From here to main and back, in milliseconds: never zero, so that hls.js leaves itself a little time to switch. */
const timeToFirstByteMs = 50;
/** What comes from the disk comes faster than any lesson plays; bits per second. */
const diskBandwidth = 50_000_000;

/** hls.js's ABR replaced whole: it may not judge the line, since to it a segment from the disk and one from afar look alike. */
export function createAbrController({ nextLevel, bandwidth }: AbrOptions): new (hls: Hls) => AbrComponentAPI {
  return class implements AbrComponentAPI {
    readonly #hls: Hls;
    /** hls.js asks it how long a switch will take. */
    readonly bwEstimator = {
      getEstimate: () => bandwidth() ?? diskBandwidth,
      getEstimateTTFB: () => timeToFirstByteMs,
      canEstimate: () => true,
      defaultEstimate: diskBandwidth,
    } as unknown as EwmaBandWidthEstimator;
    readonly forcedAutoLevel = -1;

    constructor(hls: Hls) {
      this.#hls = hls;
    }

    get firstAutoLevel(): number {
      return nextLevel(this.#hls);
    }

    get nextAutoLevel(): number {
      return nextLevel(this.#hls);
    }

    set nextAutoLevel(_level: number) {
      // hls.js repeats every level it was told here, and wishes for another after an error. The choice is made anew each time.
    }

    resetEstimator(): void {
      // Main measures the line and keeps its estimate from lesson to lesson.
    }

    destroy(): void {
      // Nothing is held.
    }
  };
}
