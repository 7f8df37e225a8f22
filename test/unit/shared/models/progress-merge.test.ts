import { describe, expect, test } from 'vitest';
import {
  emptyProgress,
  foldProgress,
  joinSnapshots,
  mergeProgress,
  percentWatched,
  progressStateSchema,
  stateOfSnapshot,
  totalWatchedMs,
  type PositionStamp,
  type Extent,
  type ProgressState,
  type SessionSnapshot,
} from '../../../../src/shared/models/progress.ts';
import { clampRanges, rangesLength, unionRanges, withoutRanges, type TimeRange } from '../../../../src/shared/models/ranges.ts';
import { fc } from '../../../harness/same-cases.ts';

const settings = { seed: 20_261_124, numRuns: Number(process.env.TEACHIFY_FUZZ_RUNS ?? 2000) };

/** Short enough that stretches meet, touch and cover each other, and that every millisecond can be looked at. */
const durationMs = 60;
const extent: Extent = { durationMs, donePercent: 90 };
const moment = fc.nat(durationMs + 10);
const anyRange = fc.tuple(moment, moment);
const anyRanges = fc.array(anyRange, { maxLength: 8 });
const stamp: fc.Arbitrary<PositionStamp> = fc.record({ at: fc.nat(3), installId: fc.constantFrom('pc', 'laptop'), sequence: fc.nat(3) });
const snapshot: fc.Arbitrary<SessionSnapshot> = fc.record({
  sessionId: fc.constantFrom('monday', 'tuesday', 'today'),
  lessonId: fc.constant('lesson'),
  timelineId: fc.constant('timeline'),
  epoch: fc.nat(2),
  ranges: anyRanges.map((ranges) => unionRanges(ranges).map(([start, end]): [number, number] => [start, end])),
  watchedMs: fc.nat(500),
  positionMs: moment,
});
const report = fc.tuple(snapshot, stamp).map(([one, at]) => stateOfSnapshot(one, extent, at));
/** Any state that reports can lead to. */
const state = fc.array(report, { maxLength: 5 }).map((reports) => reports.reduce(fold, emptyProgress));

function fold(known: ProgressState, next: ProgressState): ProgressState {
  return foldProgress(known, next, extent);
}

function millisecondsOf(ranges: readonly TimeRange[]): Set<number> {
  const all = new Set<number>();
  for (const [start, end] of ranges) for (let at = start; at < end; at += 1) all.add(at);
  return all;
}

describe('watched ranges', () => {
  test('come out whole, sorted, apart from each other and never empty', () => {
    fc.assert(
      fc.property(anyRanges, anyRanges, (a, b) => {
        let last = -1;
        for (const [start, end] of unionRanges(a, b)) {
          expect(Number.isSafeInteger(start) && Number.isSafeInteger(end)).toBe(true);
          expect(start).toBeGreaterThan(last);
          expect(end).toBeGreaterThan(start);
          last = end;
        }
      }),
      settings,
    );
  });

  test('of two lists hold exactly the milliseconds that either holds', () => {
    fc.assert(
      fc.property(anyRanges, anyRanges, (a, b) => {
        const union = unionRanges(a, b);
        const expected = new Set([...millisecondsOf(a), ...millisecondsOf(b)]);
        expect(millisecondsOf(union)).toEqual(expected);
        expect(rangesLength(union)).toBe(expected.size);
      }),
      settings,
    );
  });

  test('do not depend on the order they were watched in, nor on being told twice', () => {
    fc.assert(
      fc.property(anyRanges, anyRanges, (a, b) => {
        const union = unionRanges(a, b);
        expect(unionRanges(b, a)).toEqual(union);
        expect(unionRanges(union, a, union)).toEqual(union);
      }),
      settings,
    );
  });

  test('are cut off at the end of the lesson and nowhere else', () => {
    fc.assert(
      fc.property(anyRanges, moment, (ranges, end) => {
        const expected = [...millisecondsOf(ranges)].filter((at) => at < end);
        expect(millisecondsOf(clampRanges(ranges, end))).toEqual(new Set(expected));
      }),
      settings,
    );
  });

  test('without others are the milliseconds that the others do not hold, in as few pieces as there are', () => {
    fc.assert(
      fc.property(anyRanges, anyRanges, (a, b) => {
        const rest = withoutRanges(unionRanges(a), unionRanges(b));
        const others = millisecondsOf(b);
        expect(millisecondsOf(rest)).toEqual(new Set([...millisecondsOf(a)].filter((at) => !others.has(at))));
        expect(unionRanges(rest)).toEqual(rest);
      }),
      settings,
    );
  });

  test('leave the lists they came from alone', () => {
    fc.assert(
      fc.property(anyRanges, (ranges) => {
        const before = structuredClone(ranges);
        unionRanges(ranges, [[0, 1_000]]);
        expect(ranges).toEqual(before);
      }),
      settings,
    );
  });
});

describe('progress of two devices', () => {
  test('is the same whoever is heard first', () => {
    fc.assert(
      fc.property(state, state, (a, b) => {
        expect(mergeProgress(a, b)).toEqual(mergeProgress(b, a));
      }),
      settings,
    );
  });

  test('of three is the same however they are grouped', () => {
    fc.assert(
      fc.property(state, state, state, (a, b, c) => {
        expect(mergeProgress(mergeProgress(a, b), c)).toEqual(mergeProgress(a, mergeProgress(b, c)));
      }),
      settings,
    );
  });

  test('heard twice changes nothing', () => {
    fc.assert(
      fc.property(state, state, (a, b) => {
        const both = mergeProgress(a, b);
        expect(mergeProgress(a, a)).toEqual(a);
        expect(mergeProgress(both, b)).toEqual(both);
        expect(mergeProgress(both, a)).toEqual(both);
      }),
      settings,
    );
  });

  test('takes nothing away within an epoch: ranges, watch time, done', () => {
    fc.assert(
      fc.property(state, state, (a, b) => {
        const both = mergeProgress(a, b);
        for (const one of [a, b].filter(({ epoch }) => epoch === both.epoch)) {
          expect(unionRanges(both.ranges, one.ranges)).toEqual(both.ranges);
          expect(totalWatchedMs(both)).toBeGreaterThanOrEqual(totalWatchedMs(one));
          expect(both.done || !one.done).toBe(true);
        }
      }),
      settings,
    );
  });

  test('of a lesson started over is that of the newer start alone', () => {
    fc.assert(
      fc.property(state, state, (a, b) => {
        fc.pre(a.epoch !== b.epoch);
        expect(mergeProgress(a, b)).toEqual(a.epoch > b.epoch ? a : b);
      }),
      settings,
    );
  });

  test('lies in a database and comes back the same', () => {
    fc.assert(
      fc.property(state, (one) => {
        expect(progressStateSchema.parse(JSON.parse(JSON.stringify(one)))).toEqual(one);
      }),
      settings,
    );
  });
});

describe('a lesson', () => {
  test('is done once its share of distinct content was watched, in one sitting or several', () => {
    fc.assert(
      fc.property(fc.array(report, { maxLength: 6 }), (reports) => {
        const sameStart = reports.map((one) => ({ ...one, epoch: 0 }));
        const folded = sameStart.reduce(fold, emptyProgress);
        expect(folded.done).toBe(rangesLength(folded.ranges) * 100 >= durationMs * extent.donePercent);
      }),
      settings,
    );
  });

  test('comes out the same in whatever order its reports arrive, repeated or not', () => {
    const twiceAndShuffled = fc
      .array(report, { maxLength: 6 })
      .chain((reports) => fc.tuple(fc.constant(reports), fc.shuffledSubarray([...reports, ...reports], { minLength: reports.length * 2 })));
    fc.assert(
      fc.property(twiceAndShuffled, ([reports, shuffled]) => {
        expect(shuffled.reduce(fold, emptyProgress)).toEqual(reports.reduce(fold, emptyProgress));
      }),
      settings,
    );
  });

  test('shows a hundred percent only when all of it was watched', () => {
    fc.assert(
      fc.property(anyRanges, (ranges) => {
        const seen = millisecondsOf(clampRanges(ranges, durationMs)).size;
        const percent = percentWatched(ranges, durationMs);
        expect(percent === 100).toBe(seen === durationMs);
        expect(percent).toBeLessThanOrEqual((seen * 100) / durationMs);
      }),
      settings,
    );
  });
});

test('two reports of one sitting sent as one say what both say sent one by one', () => {
  fc.assert(
    fc.property(snapshot, snapshot, stamp, (earlier, newer, at) => {
      const later = { ...newer, sessionId: earlier.sessionId, epoch: earlier.epoch };
      const after = { ...at, sequence: at.sequence + 1 };
      const oneByOne = fold(stateOfSnapshot(earlier, extent, at), stateOfSnapshot(later, extent, after));
      expect(fold(emptyProgress, stateOfSnapshot(joinSnapshots(earlier, later), extent, after))).toEqual(
        earlier.epoch === 0 ? oneByOne : fold(emptyProgress, oneByOne),
      );
    }),
    settings,
  );
});
