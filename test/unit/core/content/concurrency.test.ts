import { expect, it } from 'vitest';
import { Concurrency } from '../../../../src/core/content/concurrency.ts';

/** Full rounds of transfers that went well, at a speed that depends on how many there are. */
function rounds(concurrency: Concurrency, count: number, speedOf: (limit: number) => number): void {
  for (let round = 0; round < count; round++) for (let left = concurrency.limit; left > 0; left--) concurrency.succeeded(speedOf(concurrency.limit));
}

it('starts at four, and grows by one a round up to twelve while each brings more', () => {
  const concurrency = new Concurrency();
  expect(concurrency.limit).toBe(4);
  rounds(concurrency, 1, (limit) => limit * 1e6);
  expect(concurrency.limit).toBe(5);
  rounds(concurrency, 20, (limit) => limit * 1e6);
  expect(concurrency.limit).toBe(12);
});

it('stays where one more brings nothing, and looks again now and then', () => {
  const concurrency = new Concurrency();
  const full = () => 8e6;
  rounds(concurrency, 8, full);
  expect(concurrency.limit).toBe(5);
  rounds(concurrency, 8, full);
  expect(concurrency.limit).toBe(6);
});

it('halves when the host says stop, once for transfers that heard it together, never below two', () => {
  const concurrency = new Concurrency();
  rounds(concurrency, 20, (limit) => limit * 1e6);
  for (let i = 0; i < 6; i++) concurrency.congested(10_000 + i);
  expect(concurrency.limit).toBe(6);
  for (let i = 1; i < 10; i++) concurrency.congested(10_000 + i * 2_000);
  expect(concurrency.limit).toBe(2);
});
