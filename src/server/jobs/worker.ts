import { isTeachifyError } from '../../shared/errors.ts';
import type { Claim, Jobs } from './ports.ts';

/** Does one job of its kind; ends soon after the signal. */
export type JobHandler = (payload: unknown, at: { readonly signal: AbortSignal; readonly onProgress: (share: number) => void }) => Promise<void>;

interface Dependencies {
  readonly jobs: Jobs;
  readonly handlers: ReadonlyMap<string, JobHandler>;
  /** Settles after so many ms, or at once when aborted. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
  /** What went wrong that is no fault of what was given. */
  readonly onError: (error: unknown) => void;
  readonly leaseMs: number;
  /** How long between looks for work. */
  readonly idleMs: number;
}

/** So soon, in ms, a worker learns that its job was cancelled. */
const mostSilenceMs = 2000;

/** Does jobs one after another until the signal; the one in hand then waits for its lease to lapse. */
export async function runWorker(dependencies: Dependencies, signal: AbortSignal): Promise<void> {
  const { jobs, handlers, wait, onError, leaseMs, idleMs } = dependencies;
  while (!signal.aborted) {
    const claim = await jobs.claim([...handlers.keys()], leaseMs).catch((error: unknown) => void onError(error));
    if (claim) await perform(claim, dependencies, signal).catch(onError);
    else await wait(idleMs, signal);
  }
}

async function perform(claim: Claim, { jobs, handlers, wait, leaseMs, onError }: Dependencies, stop: AbortSignal): Promise<void> {
  const handler = handlers.get(claim.kind);
  if (!handler) throw new Error(`There is no handler for ${claim.kind}`);
  const over = new AbortController();
  const lost = new AbortController();
  const signal = AbortSignal.any([stop, lost.signal]);
  const report = async (share: number) => {
    if (!(await jobs.progress(claim, share))) lost.abort();
  };
  const holding = hold(AbortSignal.any([over.signal, stop]));
  try {
    await handler(claim.payload, { signal, onProgress: latest(report) });
    await jobs.complete(claim);
  } catch (error) {
    if (signal.aborted) return;
    if (isTeachifyError(error)) return void (await jobs.fail(claim, error.message));
    await jobs.fail(claim, 'Something went wrong here; the log of the server says more.');
    onError(error);
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

/** Writes one at a time, whole percents only; what came meanwhile but the last is left out. */
function latest(write: (share: number) => Promise<unknown>): (share: number) => void {
  let written = -1;
  let busy = false;
  let next = 0;
  const pump = async () => {
    busy = true;
    while (Math.floor(next * 100) > written) {
      written = Math.floor(next * 100);
      await write(written / 100);
    }
    busy = false;
  };
  return (share) => {
    next = share;
    // Progress that cannot be written is none's loss.
    if (!busy) void pump().catch(() => (busy = false));
  };
}
