/** Something a decoder did not take. Times in seconds of the lesson. */
interface MediaFailure {
  /** Where one was. */
  readonly place: number;
  /** Where the segment that is to blame ends, as far as anyone knows. */
  readonly segmentEnd: number;
}

export type Repair =
  /** The decoder is set up anew at `at`, in `afterMs`. */
  | { readonly do: 'reset'; readonly at: number; readonly afterMs: number }
  /** The same, behind the segment. */
  | { readonly do: 'skip'; readonly at: number; readonly afterMs: number }
  | { readonly do: 'giveUp' };

/** A decoder is not set up anew more often than this. */
const pauseMs = 5000;
/** So many segments one after the other, with nothing shown between them, and the lesson is to blame. */
const skipsInARow = 2;
/** Having shown this much, it works again. */
const progressSeconds = 1;

/** What to do about failures one after the other: set up anew once, then leave the segment out, then say that it cannot be played. */
export function createRepairPlan(now: () => number): (failure: MediaFailure) => Repair {
  let last: { readonly due: number; readonly from: number; readonly skips: number } | null = null;
  return ({ place, segmentEnd }) => {
    const recovered = last === null || place > last.from + progressSeconds;
    const afterMs = last === null ? 0 : Math.max(0, last.due + pauseMs - now());
    // What failed right after a reset would fail again.
    const skips = recovered && afterMs === 0 ? 0 : (recovered ? 0 : (last?.skips ?? 0)) + 1;
    if (skips > skipsInARow) return { do: 'giveUp' };
    const at = skips === 0 ? place : Math.max(place, segmentEnd);
    last = { due: now() + afterMs, from: at, skips };
    return { do: skips === 0 ? 'reset' : 'skip', at, afterMs };
  };
}
