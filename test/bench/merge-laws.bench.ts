// The laws of merging on a million random triples of states: commutative, associative, idempotent. No peer; none may break.
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { emptyProgress, foldProgress, mergeProgress, stateOfSnapshot, type ProgressState } from '../../src/shared/models/progress.ts';
import { unionRanges } from '../../src/shared/models/ranges.ts';
import { keep } from './comparison.ts';

const triples = Number(process.env['TEACHIFY_BENCH_TRIPLES'] ?? 1_000_000);
const extent = { durationMs: 60, donePercent: 90 };
const moment = fc.nat(70);
const snapshot = fc.record({
  ...{ sessionId: fc.constantFrom('a', 'b', 'c'), lessonId: fc.constant('l'), timelineId: fc.constant('t'), epoch: fc.nat(2) },
  ranges: fc.array(fc.tuple(moment, moment), { maxLength: 5 }).map((ranges) => unionRanges(ranges).map(([start, end]): [number, number] => [start, end])),
  ...{ watchedMs: fc.nat(500), positionMs: moment },
});
const stamp = fc.record({ at: fc.nat(3), installId: fc.constantFrom('pc', 'laptop'), sequence: fc.nat(3) }, { noNullPrototype: true });
const state = fc
  .array(fc.tuple(snapshot, stamp), { maxLength: 4 })
  .map((reports) => reports.reduce<ProgressState>((known, [one, at]) => foldProgress(known, stateOfSnapshot(one, extent, at), extent), emptyProgress));

const began = Date.now();
fc.assert(
  fc.property(state, state, state, (a, b, c) => {
    const same = isDeepStrictEqual(mergeProgress(a, b), mergeProgress(b, a)) && isDeepStrictEqual(mergeProgress(mergeProgress(a, b), c), mergeProgress(a, mergeProgress(b, c)));
    return same && isDeepStrictEqual(mergeProgress(a, a), a);
  }),
  { numRuns: triples, seed: 1 },
);
const seconds = (Date.now() - began) / 1000;
console.log(`\nlaws of merging: ${triples} random triples, none breaks one, ${seconds.toFixed(0)} s`);
await keep({ name: 'laws of merging', triples, violations: 0, seconds });
