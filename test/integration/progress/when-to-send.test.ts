import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { TeachifyError } from '../../../src/shared/errors.ts';
import { computer } from '../../harness/outbox-computer.ts';
import { temporaryFolder } from '../../harness/temporary-folder.ts';

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

describe('when something was last sent', () => {
  const years = 365 * 24 * 60 * 60 * 1000;

  it('is told by the school’s clock: whatever this computer’s is set to meanwhile, ten minutes are ten minutes', async () => {
    const { progress, clock, watch, setClock } = computer();
    expect(await progress.outbox()).toMatchObject({ lastSentAt: null, lastSentAgoMs: null });
    setClock(3 * years);
    await watch('sitting', 60);
    const at = clock.now() - 3 * years;
    expect(await progress.sync()).toMatchObject({ waiting: 0, lastSentAt: at, lastSentAgoMs: 0 });
    for (const wrong of [-20 * years, 20 * years]) {
      setClock(wrong);
      await clock.advance(600_000);
      const { lastSentAgoMs } = await progress.outbox();
      expect(lastSentAgoMs).toBe(wrong < 0 ? 600_000 : 1_200_000);
    }
  });

  it('is a date without a count where no school said in this sitting what time it is', async () => {
    const folder = temporaryFolder();
    const before = computer({ folder });
    await before.watch('sitting', 60);
    await before.progress.sync();
    const at = before.clock.now();
    before.databases.close();
    const { progress, setClock } = computer({ folder });
    setClock(-20 * years);
    expect(await progress.outbox()).toMatchObject({ lastSentAt: at, lastSentAgoMs: null });
  });
});
