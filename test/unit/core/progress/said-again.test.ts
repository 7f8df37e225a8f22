import { expect, it } from 'vitest';
import { unknownToServer } from '../../../../src/core/progress/said-again.ts';
import type { Timeline } from '../../../../src/core/progress/progress-rows.ts';
import { foldProgress, mergeProgress, stateOfSnapshot, type ProgressState } from '../../../../src/shared/models/progress.ts';
import { rangesLength, unionRanges, withoutRanges, type TimeRange } from '../../../../src/shared/models/ranges.ts';
import { fc } from '../../../harness/same-cases.ts';

const extent = { durationMs: 1000, donePercent: 100 };
const ranges = fc.array(fc.tuple(fc.nat(900), fc.integer({ min: 1, max: 100 })).map(([start, length]): TimeRange => [start, start + length]), { maxLength: 6 }).map((list) => unionRanges(list));
const sessions = fc.uniqueArray(fc.record({ sessionId: fc.constantFrom('a', 'b', 'c', 'd'), watchedMs: fc.nat(50) }), { selector: ({ sessionId }) => sessionId, maxLength: 4 }).map((list) => list.toSorted((x, y) => x.sessionId.localeCompare(y.sessionId)));
/** Dates of the one side are even and of the other odd, so that no two are equal. */
const state = (parity: 0 | 1) =>
  fc.record({
    epoch: fc.nat(2),
    ranges,
    sessions,
    done: fc.constant(false),
    position: fc.record({ ms: fc.nat(999), stamp: fc.record({ at: fc.nat(50).map((at) => at * 2 + parity), installId: fc.constant('there'), sequence: fc.constant(1) }) }),
  });
const timelineOf = (known: ProgressState): Timeline => ({ timelineId: 't', lessonId: 'l', state: known, version: 7, durationMs: 1000, donePercent: 100, here: null, updatedAt: 0 });

/** What is said again, as a server takes it. */
function heard(known: ProgressState, told: ProgressState): ProgressState {
  const row = { ...told, lessonId: 'l', timelineId: 't', version: 1, ranges: told.ranges.map(([start, end]): [number, number] => [start, end]), sessions: [...told.sessions] };
  const again = unknownToServer({ timelines: [timelineOf(known)], notes: [], choices: [] }, { progress: [row], notes: [], choices: [] });
  return again.reduce((before, { saying, at }, index) => {
    if (saying.kind !== 'watched') throw new Error('Nothing was written');
    return foldProgress(before, stateOfSnapshot(saying.snapshot, extent, { at, installId: 'here', sequence: index + 1 }), extent);
  }, told);
}

it('a server that hears it again knows all that either knew, and places it where it belongs', () => {
  fc.assert(
    fc.property(state(0), state(1), (known, told) => {
      const after = heard(known, told);
      const all = mergeProgress(known, told);
      expect([after.epoch, after.ranges, after.position?.ms]).toEqual([all.epoch, all.ranges, all.position?.ms]);
      // A round that was begun and not watched brings a sitting of no length.
      expect(after.sessions.filter(({ watchedMs }) => watchedMs > 0)).toEqual(all.sessions.filter(({ watchedMs }) => watchedMs > 0));
    }),
    { numRuns: 2000 },
  );
});

it('a server that knows as much or more is told nothing', () => {
  fc.assert(
    fc.property(state(0), state(1), (known, other) => {
      const told = mergeProgress(known, other);
      expect(heard(known, told)).toBe(told);
    }),
  );
});

it('what one list of ranges covers and the other does not', () => {
  fc.assert(
    fc.property(ranges, ranges, (some, others) => {
      const left = withoutRanges(some, others);
      expect(rangesLength(unionRanges(left, others))).toBe(rangesLength(left) + rangesLength(others));
      expect(unionRanges(left, others)).toEqual(unionRanges(some, others));
    }),
  );
  expect(withoutRanges([[0, 10], [20, 30]], [[2, 4], [8, 22], [29, 40]])).toEqual([[0, 2], [4, 8], [22, 29]]);
});
