import type { Clock } from '../base/clock.ts';
import type { LineBudget, Priority } from './ports.ts';

/** A polite download takes at most this share of the best throughput seen lately. */
const politeShare = 0.2;
/** The best throughput is forgotten by half in so many ms of free transfer, so that a line that became slow is believed. */
const bestHalfLifeMs = 10 * 60_000;
const leastPoliteBytes = 8 * 1024;
/** How much may come at once after a pause. */
const burstMs = 500;
/** So long after the bucket last held a transfer, what is measured is the line again. */
const heldMs = 5_000;
/** So much transfer at full speed tells what the line can do; its first moments tell of names, handshakes and slow starts. */
const learningMs = 2_000;
/** A longer silence between bytes is a pause, not a transfer. */
const silenceMs = 1_000;

export interface LineRules {
  /** Background transfers may use so many bytes a second; null for all there is. */
  readonly rateLimitBytesPerSecond: number | null;
  /** One connection, at most a fifth of the best recent throughput. */
  readonly polite: boolean;
}

interface Dependencies {
  readonly clock: Clock;
  readonly rules: () => LineRules;
  /** Bits per second measured lately; null before anything was. */
  readonly bitsPerSecond: () => number | null;
  /** Told of every byte that crossed the line. */
  readonly spent?: (bytes: number) => void;
}

/** One token bucket for all background transfers. What is being watched now is counted, never held back. */
export function createLineBudget({ clock, rules, bitsPerSecond, spent }: Dependencies): LineBudget {
  let freeAt = -Infinity;
  let heldAt = -Infinity;
  let learntMs = 0;
  let spentAt = clock.monotonic();
  let best = 0;
  let bestAt = clock.monotonic();

  /** What is measured while the bucket holds transfers back says nothing of the line, so the best is then left alone. */
  const bestBytesPerSecond = (): number => {
    const now = clock.monotonic();
    const held = now - heldAt < heldMs;
    const remembered = held ? best : best * 0.5 ** ((now - bestAt) / bestHalfLifeMs);
    best = Math.max(remembered, (bitsPerSecond() ?? 0) / 8);
    bestAt = now;
    return best;
  };

  const allowed = (): number | null => {
    const { rateLimitBytesPerSecond, polite } = rules();
    const seen = bestBytesPerSecond();
    const share = polite && seen > 0 && learntMs >= learningMs ? Math.max(leastPoliteBytes, seen * politeShare) : null;
    if (share === null || rateLimitBytesPerSecond === null) return share ?? rateLimitBytesPerSecond;
    return Math.min(share, rateLimitBytesPerSecond);
  };

  return {
    backgroundTransfers: (limit) => (rules().polite ? 1 : limit),
    spend: async (bytes: number, priority: Priority, signal?: AbortSignal) => {
      spent?.(bytes);
      const now = clock.monotonic();
      learntMs += Math.min(now - spentAt, silenceMs);
      spentAt = now;
      const rate = allowed();
      if (rate === null) return;
      freeAt = Math.max(freeAt, now - burstMs) + (bytes / rate) * 1000;
      if (priority === 'foreground' || freeAt <= now) return;
      heldAt = freeAt;
      await clock.sleep(freeAt - now, signal);
    },
  };
}
