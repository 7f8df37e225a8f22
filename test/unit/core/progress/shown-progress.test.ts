import { expect, it } from 'vitest';
import type { Timeline, WatchedEvent } from '../../../../src/core/progress/progress-rows.ts';
import { shownProgress } from '../../../../src/core/progress/shown-progress.ts';
import { emptyProgress } from '../../../../src/shared/models/progress.ts';

const lesson: Timeline = { timelineId: 't', lessonId: 'l', state: emptyProgress, version: 0, durationMs: 40_000_000, donePercent: 90, here: null, updatedAt: 0 };
const sitting = (sequence: number): WatchedEvent => ({
  ...{ sequence, kind: 'watched', state: 'pending', reason: null, datedAt: null, recordedAt: { bootId: 'boot', monotonicMs: sequence, wallMs: sequence } },
  snapshot: { sessionId: `s${sequence}`, lessonId: 'l', timelineId: 't', epoch: 0, ranges: [[sequence * 1000, sequence * 1000 + 950]], watchedMs: 950, positionMs: sequence },
});

it('of forty thousand sittings of one lesson that were never sent is there in time', () => {
  const shown = shownProgress(lesson, Array.from({ length: 40_000 }, (_, index) => sitting(index)), null);
  expect({ ...shown, ranges: shown.ranges.length }).toMatchObject({ ranges: 40_000, watchedMs: 38_000_000, percent: 95, done: true, positionMs: 39_999 });
});
