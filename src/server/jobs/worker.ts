import type { WaitingFor } from '../../shared/api/jobs.ts';
import { isTeachifyError } from '../../shared/errors.ts';
import { createEndurance } from '../services/endurance.ts';
import type { Claim, Jobs } from './ports.ts';

/** Does one job of its kind; ends soon after the signal. */
export type JobHandler = (payload: unknown, at: Watch) => Promise<void>;

interface Watch {
  readonly signal: AbortSignal;
  /** @param share 0 to 1 */
  readonly onProgress: (share: number) => void;
  /** What the job waits for; null when it goes on. */
  readonly onWaiting: (what: WaitingFor | null) => void;
}

interface Dependencies {
  readonly jobs: Jobs;
  readonly handlers: ReadonlyMap<string, JobHandler>;
  /** Settles after so many ms, or at once when aborted. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly now: () => number;
  /** What went wrong that is no fault of what was given. */
  readonly onError: (error: unknown) => void;
  readonly leaseMs: number;
  /** How long between looks for work. */
  readonly idleMs: number;
  /** As `wait`, and ends when there may be work; `wait` when left out. */
  readonly rest?: Dependencies['wait'] | undefined;
}

/** So soon, in ms, a worker learns that its job was cancelled. */
const mostSilenceMs = 2000;

/** Does jobs one after another until the signal; the one in hand then waits for its lease to lapse. */
export async function runWorker(dependencies: Dependencies, signal: AbortSignal): Promise<void> {
  const { jobs, handlers, wait, onError, leaseMs, idleMs, rest = wait } = dependencies;
  while (!signal.aborted) {
    const claim = await jobs.claim([...handlers.keys()], leaseMs).catch((error: unknown) => void onError(error));
    if (claim) await perform(claim, dependencies, signal).catch(onError);
    else await rest(idleMs, signal);
  }
}

async function perform(claim: Claim, { jobs, handlers, wait, now, leaseMs, onError }: Dependencies, stop: AbortSignal): Promise<void> {
  const handler = handlers.get(claim.kind);
  if (!handler) throw new Error(`There is no handler for ${claim.kind}`);
  const over = new AbortController();
  const lost = new AbortController();
  const signal = AbortSignal.any([stop, lost.signal]);
  const report = latest(async ({ share, waitingFor }) => {
    if (!(await jobs.progress(claim, share, waitingFor))) lost.abort();
  });
  // What came of it is told a database that is back from an outage, too.
  const endure = createEndurance({ wait, now, signal });
  const holding = hold(AbortSignal.any([over.signal, stop]));
  try {
    const failure = await outcomeOf(handler(claim.payload, { signal, onProgress: (share) => report({ share, waitingFor: null }), onWaiting: (waitingFor) => report({ waitingFor }) }));
    // Work that came to its end is said to, also by a worker that is stopping.
    if (failure && signal.aborted) return;
    if (failure && !failure.isTold) onError(failure.error);
    await endure(() => (failure ? jobs.fail(claim, failure.sentence) : jobs.complete(claim)));
  } finally {
    over.abort();
    await holding;
  }

  async function hold(ended: AbortSignal): Promise<void> {
    for (;;) {
      await wait(Math.min(leaseMs / 3, mostSilenceMs), ended);
      if (ended.aborted) return;
      // A database that is busy is asked again: two more beats fit into the lease.
      const ours = await jobs.heartbeat(claim, leaseMs).catch(() => true);
      if (!ours) return lost.abort();
    }
  }
}

interface Failure {
  readonly error: unknown;
  readonly sentence: string;
  /** The sentence says all there is. */
  readonly isTold: boolean;
}

/** Null when it went well. */
async function outcomeOf(work: Promise<void>): Promise<Failure | null> {
  try {
    await work;
    return null;
  } catch (error) {
    if (isTeachifyError(error)) return { error, sentence: error.message, isTold: error.code !== 'server_error' };
    return { error, sentence: 'Something went wrong here; the log of the server says more.', isTold: false };
  }
}

interface News {
  readonly share: number;
  readonly waitingFor: WaitingFor | null;
}

/** Writes one at a time, whole percents only; what came meanwhile but the last is left out. */
function latest(write: (news: News) => Promise<unknown>): (news: Partial<News>) => void {
  let written: News = { share: -0.01, waitingFor: null };
  let next: News = { share: 0, waitingFor: null };
  let busy = false;
  const pump = async () => {
    busy = true;
    while (next.share > written.share || next.waitingFor !== written.waitingFor) {
      written = next;
      await write(written);
    }
    busy = false;
  };
  return (news) => {
    next = { ...next, ...news };
    next = { ...next, share: Math.max(written.share, Math.floor(next.share * 100) / 100) };
    // Progress that cannot be written is none's loss.
    if (!busy) void pump().catch(() => (busy = false));
  };
}
