import type { Limiter } from './ports.ts';

/** Beyond so many keys those whose window is over are let go of. */
const sweepAt = 10_000;

/** Counts of this process alone, in windows that begin with their first attempt. */
export function createMemoryLimiter(now: () => number): Limiter {
  const windows = new Map<string, { count: number; endsAt: number }>();
  return {
    take: async (key, { max, windowMs }) => {
      if (windows.size > sweepAt) for (const [other, { endsAt }] of windows) if (endsAt <= now()) windows.delete(other);
      const open = windows.get(key);
      const current = open && open.endsAt > now() ? open : { count: 0, endsAt: now() + windowMs };
      windows.set(key, current);
      current.count += 1;
      return current.count <= max ? 0 : Math.max(1, Math.ceil((current.endsAt - now()) / 1000));
    },
    forget: async (key) => void windows.delete(key),
  };
}
