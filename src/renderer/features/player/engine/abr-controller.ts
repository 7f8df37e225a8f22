import type Hls from 'hls.js';
import type { AbrComponentAPI } from 'hls.js';

/** Which level the next segment should have, as an index into `hls.levels`. */
export type NextLevel = (hls: Hls) => number;

/** hls.js's ABR replaced whole: it may not judge the line, since to it a segment from the disk and one from afar look alike. */
export function createAbrController(nextLevel: NextLevel): new (hls: Hls) => AbrComponentAPI {
  return class implements AbrComponentAPI {
    readonly #hls: Hls;
    /** hls.js may ask for another level after an error; it holds for one segment. */
    #forced = -1;

    constructor(hls: Hls) {
      this.#hls = hls;
    }

    get firstAutoLevel(): number {
      return nextLevel(this.#hls);
    }

    get forcedAutoLevel(): number {
      return this.#forced;
    }

    get nextAutoLevel(): number {
      const level = this.#forced >= 0 ? this.#forced : nextLevel(this.#hls);
      this.#forced = -1;
      return level;
    }

    set nextAutoLevel(level: number) {
      this.#forced = level;
    }

    resetEstimator(): void {
      // There is no estimator here: main measures the line.
    }

    destroy(): void {
      // Nothing is held.
    }
  };
}
