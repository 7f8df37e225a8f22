import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { performance } from 'node:perf_hooks';

/** Time as the core sees it. Tests bring their own. */
export interface Clock {
  /** The machine's wall clock, ms since the Unix epoch. Not believed where order matters. */
  now(): number;
  /** Milliseconds that only ever grow within one boot id. */
  monotonic(): number;
  /** Two monotonic readings compare only under the same boot id. */
  readonly bootId: string;
  /** Resolves after so many ms; rejects with the signal's reason when it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The real clock. Its boot id is this process's: a process is the longest span over which Node's monotonic clock is comparable. */
export function systemClock(): Clock {
  return {
    now: () => Date.now(),
    monotonic: () => Math.round(performance.now()),
    bootId: randomUUID(),
    sleep: (ms, signal) => delay(ms, undefined, signal ? { signal } : {}),
  };
}
