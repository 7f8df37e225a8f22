import { expect, it } from 'vitest';
import { restCost } from '../../../../../src/renderer/features/player/rest-cost.ts';

const lesson = { bytes: 6_000_000, durationMs: 600_000 };

it('is the share of the time that is still missing', () => {
  expect(restCost({ ...lesson, fromMs: 0, local: [] })).toEqual({ bytes: 6_000_000, isPartlyHere: false });
  expect(restCost({ ...lesson, fromMs: 300_000, local: [] })).toEqual({ bytes: 3_000_000, isPartlyHere: false });
});

it('says when some of the rest is here', () => {
  expect(restCost({ ...lesson, fromMs: 300_000, local: [[0, 450_000]] })).toEqual({ bytes: 1_500_000, isPartlyHere: true });
  // What lies behind costs nothing either way, and neither does a frame.
  expect(restCost({ ...lesson, fromMs: 300_000, local: [[0, 300_500]] })).toMatchObject({ isPartlyHere: false });
});

it('is nothing when what is left is here, give or take a frame', () => {
  expect(restCost({ ...lesson, fromMs: 300_000, local: [[0, 599_960]] })).toEqual({ bytes: 0, isPartlyHere: false });
  expect(restCost({ ...lesson, fromMs: 600_000, local: [] })).toEqual({ bytes: 0, isPartlyHere: false });
});
