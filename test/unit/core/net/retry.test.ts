import { describe, expect, it } from 'vitest';
import { Emitter } from '../../../../src/core/base/emitter.ts';
import { retry, retryDelayMs } from '../../../../src/core/net/retry.ts';
import { TeachifyError } from '../../../../src/shared/errors.ts';
import { manualClock } from '../../../harness/manual-clock.ts';
import { fc } from '../../../harness/same-cases.ts';

const random = (fraction: number) => ({ id: () => 'id', fraction: () => fraction, bytes: () => new Uint8Array() });

describe('retryDelayMs', () => {
  it('stays under a doubling ceiling of a minute and never under what the server asked for', () => {
    fc.assert(
      fc.property(fc.nat(40), fc.double({ min: 0, max: 0.999, noNaN: true }), fc.option(fc.nat(300), { nil: undefined }), (attempt, fraction, retryAfter) => {
        const delay = retryDelayMs(attempt, random(fraction), retryAfter);
        expect(delay).toBeGreaterThanOrEqual((retryAfter ?? 0) * 1000);
        expect(delay).toBeLessThanOrEqual(Math.max(Math.min(60_000, 1000 * 2 ** attempt), (retryAfter ?? 0) * 1000));
      }),
    );
  });
});

describe('retry', () => {
  it('gives up after so many tries without progress', async () => {
    const clock = manualClock();
    let tries = 0;
    const ended = retry(
      async () => {
        tries += 1;
        throw new TeachifyError('unreachable', 'no');
      },
      () => 0,
      { clock, random: random(0.5), tries: 4 },
    ).catch((error: unknown) => error);
    await clock.advance(600_000);
    expect(await ended).toMatchObject({ code: 'unreachable' });
    expect(tries).toBe(4);
  });

  it('counts anew whenever something came', async () => {
    const clock = manualClock();
    let done = 0;
    const ended = retry(
      async () => {
        done += 1;
        if (done < 50) throw new TeachifyError('unreachable', 'cut');
      },
      () => done,
      { clock, random: random(0.5), tries: 2 },
    );
    await clock.advance(600_000);
    await ended;
    expect(done).toBe(50);
  });

  it('does not repeat what cannot pass, nor what was stopped', async () => {
    const clock = manualClock();
    const refuse = async () => {
      throw new TeachifyError('not_enrolled', 'no');
    };
    await expect(retry(refuse, () => 0, { clock, random: random(0), tries: 5 })).rejects.toMatchObject({ code: 'not_enrolled' });
    const stop = new AbortController();
    const ended = retry(
      async () => {
        throw new TeachifyError('timeout', 'slow');
      },
      () => 0,
      { clock, random: random(0.9), tries: 5, signal: stop.signal },
    ).catch((error: unknown) => error);
    await clock.advance(1);
    stop.abort();
    expect(await ended).toBeInstanceOf(DOMException);
  });

  it('tries again as soon as word comes, which costs no more tries than time does, and not before the time that a server named', async () => {
    const clock = manualClock();
    const word = new Emitter<void>();
    let tries = 0;
    const fail = (retryAfter?: number) =>
      retry(
        async () => {
          tries += 1;
          throw new TeachifyError('unreachable', 'no', { retryAfter });
        },
        () => 0,
        { clock, random: random(0.9), tries: 3, rouse: word.event },
      ).catch((error: unknown) => error);
    const ended = fail();
    await clock.advance(0);
    expect(tries).toBe(1);
    word.emit();
    await clock.advance(0);
    expect(tries).toBe(2);
    expect(clock.sleepers()).toEqual([1_800]);
    word.emit();
    await clock.advance(0);
    expect(tries).toBe(3);
    expect(await ended).toMatchObject({ code: 'unreachable' });
    expect(clock.sleepers()).toEqual([]);
    const asked = fail(5);
    await clock.advance(0);
    word.emit();
    await clock.advance(4_900);
    expect(tries).toBe(4);
    await clock.advance(600_000);
    await asked;
    expect(tries).toBe(6);
  });
});
