import type { SessionSnapshot } from '../../../shared/models/progress.ts';

interface ReporterOptions {
  readonly snapshot: () => SessionSnapshot;
  readonly send: (snapshot: SessionSnapshot) => Promise<unknown>;
  readonly monotonic: () => number;
  readonly failed: (error: unknown) => void;
}

export interface Reporter {
  /** Reports when the last report is old enough and something was watched since. */
  readonly tick: () => void;
  /** Reports what is new, now. */
  readonly flush: () => void;
}

export const reportEveryMs = 5000;

/**
 * Sends cumulative snapshots: what a lost one said, the next says again, so nothing waits for an answer.
 * Of a row of failures the first is told.
 */
export function createReporter({ snapshot, send, monotonic, failed }: ReporterOptions): Reporter {
  let saidKey = '';
  let lastAt = monotonic();
  let failing = false;

  const flush = () => {
    const now = snapshot();
    const key = JSON.stringify([now.ranges, now.watchedMs, now.positionMs]);
    if (now.ranges.length === 0 || key === saidKey) return;
    saidKey = key;
    lastAt = monotonic();
    send(now).then(
      () => (failing = false),
      (error: unknown) => {
        if (saidKey === key) saidKey = '';
        if (!failing) failed(error);
        failing = true;
      },
    );
  };
  return {
    flush,
    tick: () => {
      if (monotonic() - lastAt >= reportEveryMs) flush();
    },
  };
}
