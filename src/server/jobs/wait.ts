import { setTimeout as later } from 'node:timers/promises';

/** Settles after so many ms, or at once when aborted. */
export async function wait(ms: number, signal: AbortSignal): Promise<void> {
  await later(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
