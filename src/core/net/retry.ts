import { isTeachifyError } from '../../shared/errors.ts';
import type { Clock } from '../base/clock.ts';
import type { Event } from '../base/emitter.ts';
import type { Random } from '../base/random.ts';

const firstCeilingMs = 1_000;
const lastCeilingMs = 60_000;
/** A server that asks for a longer pause is not waited for here: who asked is told, and comes again. */
export const longestPauseMs = 10_000;

/** How long to wait before try `attempt` (0 first): full jitter under a doubling ceiling, never less than the server asked for. */
export function retryDelayMs(attempt: number, random: Random, retryAfterSeconds?: number): number {
  const ceiling = Math.min(lastCeilingMs, firstCeilingMs * 2 ** attempt);
  return Math.max(random.fraction() * ceiling, (retryAfterSeconds ?? 0) * 1000);
}

interface RetryOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly tries: number;
  readonly signal?: AbortSignal | undefined;
  /** What made it fail may have passed: nobody sleeps on, unless a server named the time. */
  readonly rouse?: Event<unknown> | undefined;
}

/** Tries again what may pass by itself. `work` says how far it came; progress starts the count anew. */
export async function retry(work: () => Promise<void>, progress: () => number, { clock, random, tries, signal, rouse }: RetryOptions): Promise<void> {
  let attempt = 0;
  for (;;) {
    const before = progress();
    try {
      return await work();
    } catch (error) {
      if (progress() > before) attempt = 0;
      if (!isTeachifyError(error) || !error.retryable || attempt + 1 >= tries || signal?.aborted) throw error;
      if ((error.retryAfter ?? 0) * 1000 > longestPauseMs) throw error;
      const delayMs = retryDelayMs(attempt, random, error.retryAfter);
      await (rouse && error.retryAfter === undefined ? sleepUntil(rouse, delayMs, clock, signal) : clock.sleep(delayMs, signal));
      attempt += 1;
    }
  }
}

/** Sleeps so long, or until word comes; rejects with the signal's reason. */
async function sleepUntil(word: Event<unknown>, ms: number, clock: Clock, signal: AbortSignal | undefined): Promise<void> {
  const woken = new AbortController();
  const stop = word(() => woken.abort());
  const ends = signal ? AbortSignal.any([signal, woken.signal]) : woken.signal;
  try {
    await clock.sleep(ms, ends);
  } catch (error) {
    if (!woken.signal.aborted || signal?.aborted) throw error;
  } finally {
    stop();
  }
}
