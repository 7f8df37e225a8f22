import { expect, it } from 'vitest';
import { createLineBudget, type LineRules } from '../../../../src/core/content/line-budget.ts';
import { manualClock } from '../../../harness/manual-clock.ts';

const free: LineRules = { rateLimitBytesPerSecond: null, polite: false };

function budgetWith(rules: LineRules, bitsPerSecond: number | null = null) {
  const clock = manualClock();
  let bytes = 0;
  const measured = { rules, bitsPerSecond };
  const budget = createLineBudget({ clock, rules: () => measured.rules, bitsPerSecond: () => measured.bitsPerSecond, spent: (more) => void (bytes += more) });
  /** Milliseconds the line has to wait after these bytes. */
  const waitAfter = async (size: number, priority: 'foreground' | 'background' = 'background') => {
    const before = clock.monotonic();
    let over = false;
    const spending = budget.spend(size, priority).then(() => (over = true));
    await new Promise(setImmediate);
    while (!over) await clock.advance(10);
    await spending;
    return clock.monotonic() - before;
  };
  return { clock, budget, measured, waitAfter, counted: () => bytes };
}

it('holds nothing back without a rule, and counts every byte', async () => {
  const { waitAfter, counted } = budgetWith(free, 8e6);
  expect(await waitAfter(50_000_000)).toBe(0);
  expect(counted()).toBe(50_000_000);
});

it('keeps background transfers to the rate, over any stretch longer than the burst', async () => {
  const { waitAfter, clock } = budgetWith({ ...free, rateLimitBytesPerSecond: 100_000 });
  for (let i = 0; i < 20; i++) await waitAfter(100_000);
  expect(clock.monotonic()).toBeGreaterThanOrEqual(19_000);
  expect(clock.monotonic()).toBeLessThanOrEqual(20_100);
});

it('never holds back what is being watched, but background pays for it', async () => {
  const { waitAfter } = budgetWith({ ...free, rateLimitBytesPerSecond: 100_000 });
  expect(await waitAfter(300_000, 'foreground')).toBe(0);
  expect(await waitAfter(1_000)).toBeGreaterThanOrEqual(2_400);
});

it('polite is one connection and a fifth of the best throughput, which its own slowness does not change', async () => {
  const { waitAfter, measured, budget, clock } = budgetWith({ ...free, polite: true }, 8e6);
  expect(budget.backgroundTransfers(12)).toBe(1);
  for (let i = 0; i < 20; i++) {
    await clock.advance(100);
    await waitAfter(100_000);
  }
  // What is measured from now on is what the bucket lets through.
  measured.bitsPerSecond = 1.6e6;
  const start = clock.monotonic();
  for (let i = 0; i < 60; i++) await waitAfter(1_000_000);
  const rate = (60 * 1_000_000) / ((clock.monotonic() - start) / 1000);
  expect(rate).toBeGreaterThan(190_000);
  expect(rate).toBeLessThan(215_000);
});

it('the first moments of a line, slow as they are, do not decide what is polite', async () => {
  const { waitAfter, measured, clock } = budgetWith({ ...free, polite: true }, 0.1e6);
  await clock.advance(500);
  expect(await waitAfter(6_000)).toBe(0);
  measured.bitsPerSecond = 8e6;
  for (let i = 0; i < 20; i++) {
    await clock.advance(100);
    await waitAfter(100_000);
  }
  expect(await waitAfter(1_000_000)).toBeGreaterThan(4_000);
  expect(await waitAfter(1_000_000)).toBeLessThan(5_100);
});

it('polite is one connection from the start, and a fifth after 2 s of transfer; pauses do not count as such', async () => {
  const { waitAfter, budget, clock } = budgetWith({ ...free, polite: true }, 8e6);
  expect(budget.backgroundTransfers(12)).toBe(1);
  for (let i = 0; i < 19; i++) {
    await clock.advance(100);
    expect(await waitAfter(100_000)).toBe(0);
  }
  // 1.9 s of it; ten minutes of nothing are worth a second at most.
  const { waitAfter: after, clock: other } = budgetWith({ ...free, polite: true }, 8e6);
  await other.advance(600_000);
  expect(await after(100_000)).toBe(0);
  await clock.advance(100);
  expect(await waitAfter(1_000_000)).toBeGreaterThan(4_000);
});
