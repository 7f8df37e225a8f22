import type { Jobs } from './ports.ts';
import { wait } from './wait.ts';

export interface Bell {
  /** The same jobs; what is ordered through them wakes who rests here. */
  readonly jobs: Jobs;
  /** So many ms, or until work comes, or the signal. Work that came while nobody rested is remembered. */
  readonly rest: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** Between the routes and the workers of one process: a lesson that is ordered here begins at once. Orders from elsewhere are looked for. */
export function createBell(jobs: Jobs): Bell {
  const resting = new Set<AbortController>();
  let hasRung = false;
  const ring = () => {
    hasRung = true;
    for (const one of resting) one.abort();
  };
  return {
    jobs: {
      ...jobs,
      enqueue: async (kind, payload) => {
        const id = await jobs.enqueue(kind, payload);
        ring();
        return id;
      },
      retry: async (id) => {
        const isQueued = await jobs.retry(id);
        if (isQueued) ring();
        return isQueued;
      },
    },
    rest: async (ms, signal) => {
      const woken = new AbortController();
      resting.add(woken);
      if (!hasRung) await wait(ms, AbortSignal.any([signal, woken.signal]));
      hasRung = false;
      resting.delete(woken);
    },
  };
}
