import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { TeachifyError } from '../../../src/shared/errors.ts';
import { computer } from '../../harness/outbox-computer.ts';

const minute = 60_000;

/** A computer that has started and sent what it had; `fraction` is what its chance says. */
async function started(fraction = () => 0) {
  const one = computer({ fraction });
  onTestFinished(one.progress.start());
  await one.watch('first', 1);
  await within(one, 3 * minute, 1);
  return one;
}

/** Moves time on until so many batches went; gives back after how long, in whole seconds. */
async function within({ clock, batches }: ReturnType<typeof computer>, ms: number, count: number): Promise<number> {
  const begun = clock.monotonic();
  while (batches.length < count && clock.monotonic() - begun < ms) {
    await clock.advance(1000);
    // Nothing here waits for a disk or a socket: so many turns of the event loop end whatever began.
    for (let turn = 0; turn < 60; turn += 1) await nextTurn();
  }
  expect(batches).toHaveLength(count);
  return (clock.monotonic() - begun) / 1000;
}

describe('what was watched goes', () => {
  it('soon after it was watched, and no more often than every fifteen seconds', async () => {
    const one = await started();
    await one.watch('second', 1);
    expect(await within(one, minute, 2)).toBeLessThanOrEqual(16);
    await one.watch('third', 1);
    const seconds = await within(one, minute, 3);
    expect(seconds).toBeGreaterThanOrEqual(14);
    expect(seconds).toBeLessThanOrEqual(16);
  });

  it('by the timer, though nothing was ever heard of the line', async () => {
    const one = await started();
    one.says(() => Promise.reject(new TeachifyError('offline', 'no line')));
    await one.watch('second', 1);
    await within(one, minute, 2);
    one.says(() => 'applied');
    await within(one, 6 * minute, 3);
    expect(await one.progress.outbox()).toMatchObject({ waiting: 0 });
  });

  it('when the line comes back, at a moment of chance within what the school allows', async () => {
    const one = await started(() => 0.5);
    one.spreads(40);
    await one.watch('second', 1);
    await within(one, minute, 2);
    one.says(() => Promise.reject(new TeachifyError('offline', 'no line')));
    await one.watch('third', 1);
    for (let tries = 3; tries <= 12; tries += 1) await within(one, 6 * minute, tries);
    one.says(() => 'applied');
    one.online();
    const seconds = await within(one, 3 * minute, 13);
    expect(seconds).toBeGreaterThanOrEqual(19);
    expect(seconds).toBeLessThanOrEqual(21);
  });

  it('when the line comes back no sooner, whatever is watched meanwhile: a whole school may be watching', async () => {
    const one = await started(() => 0.5);
    one.spreads(80);
    await one.watch('second', 1);
    await within(one, minute, 2);
    one.says(() => Promise.reject(new TeachifyError('offline', 'no line')));
    await one.watch('third', 1);
    await within(one, minute, 3);
    one.says(() => 'applied');
    one.online();
    for (let seconds = 2; seconds <= 7; seconds += 1) {
      await one.clock.advance(5_000);
      await one.watch('third', seconds);
      expect(one.batches).toHaveLength(3);
    }
    expect(await within(one, minute, 4)).toBeLessThanOrEqual(11);
    expect(await one.progress.outbox()).toMatchObject({ waiting: 0 });
  });

  it('later and later while it fails, five minutes at most', async () => {
    const one = await started(() => 0.999);
    one.says(() => Promise.reject(new TeachifyError('unreachable', 'no answer')));
    await one.watch('second', 1);
    const waits = [];
    for (let tries = 2; tries <= 13; tries += 1) waits.push(await within(one, 6 * minute, tries));
    const [, ...between] = waits;
    expect(between.slice(0, 7).filter((seconds, index) => Math.abs(seconds - 2 ** (index + 1)) > 1)).toEqual([]);
    expect(Math.max(...between)).toBeLessThanOrEqual(301);
    expect(Math.min(...between.slice(8))).toBeGreaterThanOrEqual(298);
  });

  it('not before the school wants it', async () => {
    const one = await started();
    one.says(() => Promise.reject(new TeachifyError('rate_limited', 'later', { retryAfter: 200 })));
    await one.watch('second', 1);
    await within(one, minute, 2);
    await one.watch('third', 1);
    expect(await within(one, 6 * minute, 3)).toBeGreaterThanOrEqual(199);
  });
});
