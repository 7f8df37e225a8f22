import { expect, it } from 'vitest';
import { silentLogger } from '../../../../src/core/base/logger.ts';
import { createMeteredLine } from '../../../../src/core/net/metered-line.ts';
import { manualClock } from '../../../harness/manual-clock.ts';

it.each([
  ['linux', 'u 1\n', true],
  ['linux', 'u 3\n', true],
  ['linux', 'u 2\n', false],
  ['linux', 'u 4\n', false],
  ['win32', '2\r\n', true],
  ['win32', '1\r\n', false],
] as const)('on %s the system says %j: %s', async (platform, answer, metered) => {
  const clock = manualClock();
  const line = createMeteredLine({ platform, clock, logger: silentLogger(), ask: async () => answer });
  const stop = line.watch();
  await clock.advance(0);
  expect(line.isMetered()).toBe(metered);
  stop();
});

it('asks again each minute, and where nobody says so the line costs nothing', async () => {
  const clock = manualClock();
  let answer = 'u 2\n';
  let asked = 0;
  const line = createMeteredLine({
    platform: 'linux',
    clock,
    logger: silentLogger(),
    ask: async () => {
      asked += 1;
      return answer;
    },
  });
  const stop = line.watch();
  await clock.advance(0);
  answer = 'u 1\n';
  await clock.advance(60_000);
  expect({ asked, metered: line.isMetered() }).toEqual({ asked: 2, metered: true });
  stop();
  await clock.advance(120_000);
  expect(asked).toBe(2);

  let isDeaf = true;
  const starting = createMeteredLine({ platform: 'win32', clock, logger: silentLogger(), ask: async () => (isDeaf ? Promise.reject(new Error('timed out')) : '2\r\n') });
  const stopAsking = starting.watch();
  await clock.advance(0);
  expect(starting.isMetered()).toBe(false);
  isDeaf = false;
  await clock.advance(60_000);
  expect(starting.isMetered()).toBe(true);
  // One question without an answer does not make it cheap again.
  isDeaf = true;
  await clock.advance(60_000);
  expect(starting.isMetered()).toBe(true);
  stopAsking();

  const silent = createMeteredLine({ platform: 'linux', clock, logger: silentLogger(), ask: () => Promise.reject(new Error('no such service')) });
  silent.watch();
  await clock.advance(120_000);
  expect(silent.isMetered()).toBe(false);
  const unasked = createMeteredLine({ platform: 'darwin', clock, logger: silentLogger() });
  unasked.watch();
  expect(unasked.isMetered()).toBe(false);
});
