import { expect, it } from 'vitest';
import { restCost } from '../../../../../src/renderer/features/player/rest-cost.ts';

const lesson = { bytes: 6_000_000, durationMs: 600_000 };

it('is the share of the time that is still missing', () => {
  expect(restCost({ ...lesson, fromMs: 0, local: [] })).toBe(6_000_000);
  expect(restCost({ ...lesson, fromMs: 300_000, local: [] })).toBe(3_000_000);
  expect(restCost({ ...lesson, fromMs: 300_000, local: [[0, 450_000]] })).toBe(1_500_000);
});

it('is nothing when what is left is here, give or take a frame', () => {
  expect(restCost({ ...lesson, fromMs: 300_000, local: [[0, 599_960]] })).toBe(0);
  expect(restCost({ ...lesson, fromMs: 600_000, local: [] })).toBe(0);
});
