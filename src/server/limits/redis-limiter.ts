import type { Limiter } from './ports.ts';
import type { SharedCounts } from './shared-counts.ts';

/** Counts together with the school's other servers, and alone while Redis is away: limits hold either way. */
export function createSharedLimiter(shared: SharedCounts, alone: Limiter): Limiter {
  return {
    take: async (key, allowance) => {
      const together = await shared.count(key, allowance.windowMs);
      if (!together) return alone.take(key, allowance);
      return together.current <= allowance.max ? 0 : Math.max(1, Math.ceil(together.ttl / 1000));
    },
    forget: async (key) => {
      await Promise.all([shared.forget(key), alone.forget(key)]);
    },
  };
}
