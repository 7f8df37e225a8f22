import { randomBytes } from 'node:crypto';
import { uptime } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { performance } from 'node:perf_hooks';

/** Time as the core sees it. Tests bring their own. */
export interface Clock {
  /** The machine's wall clock, ms since the Unix epoch. Not believed where order matters. */
  now(): number;
  /** Milliseconds that only ever grow within one boot id. */
  monotonic(): number;
  /** As `monotonic`, but the machine's sleep surely counted: for how long ago something was. Dearer to read. */
  lasting(): number;
  /** Two monotonic readings compare only under the same boot id. */
  readonly bootId: string;
  /** Resolves after so many ms; rejects with the signal's reason when it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

interface Readings {
  /** Milliseconds that may stand still while the machine sleeps, as Linux's do. */
  readonly awake: () => number;
  /** Milliseconds since the machine started, its sleep counted; coarse. */
  readonly sinceBoot: () => number;
}

/** What the two readings differ by when nobody slept. */
const coarsenessMs = 2_000;

/** The real clock. Its boot id is this process's: a process is the longest span over which Node's monotonic clock is comparable. */
export function systemClock({ awake = () => performance.now(), sinceBoot = () => uptime() * 1000 }: Partial<Readings> = {}): Clock {
  const gap = () => sinceBoot() - awake();
  let lastGap = gap();
  let slept = 0;
  return {
    now: () => Date.now(),
    monotonic: () => Math.round(awake()),
    // A lid closed for an hour is an hour: what was watched before was watched an hour ago.
    lasting: () => {
      const grown = gap() - lastGap;
      if (grown > coarsenessMs) {
        slept += grown;
        lastGap += grown;
      }
      return Math.round(awake() + slept);
    },
    bootId: randomBytes(8).toString('base64url'),
    sleep: (ms, signal) => delay(ms, undefined, signal ? { signal } : {}),
  };
}
