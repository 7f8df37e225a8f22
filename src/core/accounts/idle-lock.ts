import type { Clock } from '../base/clock.ts';
import type { Accounts } from './ports.ts';

const lookEveryMs = 5_000;

interface Dependencies {
  readonly accounts: Pick<Accounts, 'lock' | 'state'>;
  /** Minutes without anybody there; null where nothing locks. */
  readonly minutes: () => number | null;
  readonly clock: Clock;
}

export interface IdleLock {
  /** Somebody moved, typed, or watched. */
  active(): void;
  /** The machine slept, or its own lock came: whoever comes back may be another. */
  lock(): void;
  stop(): void;
}

/** Locks a shared computer when nobody was there for so long. Time that the machine slept counts too. */
export function createIdleLock({ accounts, minutes, clock }: Dependencies): IdleLock {
  const closing = new AbortController();
  const now = () => ({ monotonic: clock.monotonic(), wall: clock.now() });
  let last = now();
  let student = accounts.state().accountId;
  const look = () => {
    const limit = minutes();
    const { accountId, locked } = accounts.state();
    // Who just sat down has the whole time.
    if (accountId !== student || locked) last = now();
    student = accountId;
    const idle = Math.max(clock.monotonic() - last.monotonic, clock.now() - last.wall);
    if (limit !== null && idle >= limit * 60_000) accounts.lock();
  };
  const keepLooking = async () => {
    while (await clock.sleep(lookEveryMs, closing.signal).then(() => true, () => false)) look();
  };
  void keepLooking();
  return {
    active: () => {
      last = now();
    },
    lock: () => {
      if (minutes() !== null) accounts.lock();
    },
    stop: () => closing.abort(),
  };
}
