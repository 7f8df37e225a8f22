import type { Later } from '../../../src/renderer/stores/downloads-store.ts';

/** Time that passes only when the test says so. */
export function createFakeLater(): { later: Later; pass: (milliseconds: number) => void } {
  let now = 0;
  const waiting = new Set<{ at: number; run: () => void }>();
  return {
    later: (milliseconds, run) => {
      const entry = { at: now + milliseconds, run };
      waiting.add(entry);
      return () => waiting.delete(entry);
    },
    pass: (milliseconds) => {
      now += milliseconds;
      for (const entry of waiting) {
        if (entry.at > now) continue;
        waiting.delete(entry);
        entry.run();
      }
    },
  };
}
