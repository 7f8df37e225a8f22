import { isTeachifyError, TeachifyError } from '../../shared/errors.ts';
import type { WaitingFor } from '../../shared/api/jobs.ts';
import { isAway, isBusy } from '../store/failures.ts';

/** Does it, and does it again as long as only an outage is in its way. So `act` must be one that may be done twice. */
export type Endure = <Result>(act: () => Promise<Result>) => Promise<Result>;

interface Dependencies {
  /** Settles after so many ms, or at once when aborted. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly now: () => number;
  readonly signal?: AbortSignal | undefined;
  /** Told what is waited for, and with null that it is there again. */
  readonly onWaiting?: ((what: WaitingFor | null) => void) | undefined;
}

/** A storage or a database that is away for longer is not restarting. */
export const patienceMs = 60 * 60 * 1000;
const firstPauseMs = 500;
const longestPauseMs = 30_000;

/** For who cannot wait: once, and what fails has failed. */
export const atOnce: Endure = (act) => act();

/** Waits an hour for a storage or a database that is away, asking at growing intervals. Throws server_error after that, and all else as it is. */
export function createEndurance({ wait, now, signal = new AbortController().signal, onWaiting = () => {} }: Dependencies): Endure {
  return async (act) => {
    const began = now();
    for (let pause = firstPauseMs; ; pause = Math.min(2 * pause, longestPauseMs)) {
      try {
        const result = await act();
        if (pause > firstPauseMs) onWaiting(null);
        return result;
      } catch (error) {
        const what = missingIn(error);
        if (what === null || signal.aborted) throw error;
        if (now() - began >= patienceMs) throw new TeachifyError('server_error', sentences[what], { cause: error });
        onWaiting(what);
      }
      await wait(pause, signal);
      signal.throwIfAborted();
    }
  };
}

const sentences = {
  storage: 'The media storage has not answered for an hour. What is published already stays; try again when it is back.',
  database: 'The database has not answered for an hour. What is published already stays; try again when it is back.',
} as const satisfies Record<WaitingFor, string>;

/** What is away for now; null for what will not pass by waiting. */
function missingIn(error: unknown): WaitingFor | null {
  if (isAway(error) || isBusy(error)) return 'database';
  return isTeachifyError(error, 'server_error') && error.retryable ? 'storage' : null;
}
