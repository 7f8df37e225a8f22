import { expect, it } from 'vitest';
import { costOf, defaults } from '../../../build/server/cost-model.mjs';

const school = (students: number, more = {}) => costOf({ ...defaults, students, ...more });

it('adds up what it names', () => {
  const { prices, total, perStudent } = school(100_000);
  expect(total).toBeCloseTo(Object.values(prices as Record<string, number>).reduce((sum, price) => sum + price, 0));
  expect(perStudent).toBeCloseTo(total / 100_000);
});

it('a small school has one server, a large one at least two', () => {
  expect(school(100)).toMatchObject({ servers: 1, shape: 'one server, SQLite and a folder' });
  expect(school(10_000).servers).toBeGreaterThanOrEqual(2);
  expect(school(1_000_000).servers).toBeGreaterThan(school(10_000).servers);
});

it('fetched bytes are students, hours and size multiplied; a CDN for nothing costs nothing', () => {
  expect(school(1000, { hours: 10, 'mb-per-hour': 100 }).fetchedGb).toBe(1000);
  expect(school(1_000_000, { 'cdn-per-gb': 0, 'cdn-per-10000': 0 }).prices.traffic).toBe(0);
});
