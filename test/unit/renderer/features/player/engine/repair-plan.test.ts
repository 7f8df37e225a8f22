import { beforeEach, expect, it } from 'vitest';
import { createRepairPlan } from '../../../../../../src/renderer/features/player/engine/repair-plan.ts';

let now = 0;
let plan: ReturnType<typeof createRepairPlan>;
beforeEach(() => {
  now = 100_000;
  plan = createRepairPlan(() => now);
});

it('sets the decoder up anew where one was, at once', () => {
  expect(plan({ place: 22, segmentEnd: 30 })).toEqual({ do: 'reset', at: 22, afterMs: 0 });
});

it('leaves out the segment that failed again, no sooner than five seconds after the last reset', () => {
  plan({ place: 22, segmentEnd: 30 });
  now += 400;
  expect(plan({ place: 22, segmentEnd: 30 })).toEqual({ do: 'skip', at: 30, afterMs: 4600 });
});

it('says that it cannot be played when segment after segment fails', () => {
  plan({ place: 22, segmentEnd: 30 });
  expect(plan({ place: 22, segmentEnd: 30 }).do).toBe('skip');
  now += 5100;
  expect(plan({ place: 30, segmentEnd: 36 })).toMatchObject({ do: 'skip', at: 36 });
  now += 5100;
  expect(plan({ place: 36, segmentEnd: 42 })).toEqual({ do: 'giveUp' });
});

it('begins anew once something was shown', () => {
  plan({ place: 22, segmentEnd: 30 });
  plan({ place: 22, segmentEnd: 30 });
  now += 60_000;
  expect(plan({ place: 80, segmentEnd: 84 })).toEqual({ do: 'reset', at: 80, afterMs: 0 });
});
