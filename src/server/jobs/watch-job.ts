import type { Job } from '../../shared/api/jobs.ts';
import { hasEnded } from './ports.ts';

const watchEveryMs = 500;

interface Look {
  readonly find: () => Promise<Job | null>;
  /** Settles after so many ms, or at once when aborted. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** A job now and after each change, until it has ended or the signal. */
export async function* watchJob({ find, wait }: Look, signal: AbortSignal): AsyncGenerator<Job> {
  let told: string | null = null;
  while (!signal.aborted) {
    const job = await find();
    if (!job) return;
    const text = JSON.stringify(job);
    if (text !== told) yield job;
    if (hasEnded(job)) return;
    told = text;
    await wait(watchEveryMs, signal);
  }
}
