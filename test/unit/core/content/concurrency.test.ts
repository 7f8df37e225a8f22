import { expect, it } from 'vitest';
import { Concurrency } from '../../../../src/core/content/concurrency.ts';

it('starts at four and grows by one for each round that went well, up to twelve', () => {
  const concurrency = new Concurrency();
  expect(concurrency.limit).toBe(4);
  for (let i = 0; i < 5; i++) concurrency.succeeded();
  expect(concurrency.limit).toBe(5);
  for (let i = 0; i < 1000; i++) concurrency.succeeded();
  expect(concurrency.limit).toBe(12);
});

it('halves when the host says stop, once for transfers that heard it together, never below two', () => {
  const concurrency = new Concurrency();
  for (let i = 0; i < 1000; i++) concurrency.succeeded();
  for (let i = 0; i < 6; i++) concurrency.congested(10_000 + i);
  expect(concurrency.limit).toBe(6);
  for (let i = 1; i < 10; i++) concurrency.congested(10_000 + i * 2_000);
  expect(concurrency.limit).toBe(2);
});
