import type { Job, WaitingFor } from '../../shared/api/jobs.ts';

/** Work that outlives the process that does it. */
export interface Jobs {
  /** @param payload JSON @returns the job's id */
  enqueue(kind: string, payload: unknown): Promise<string>;
  /** The oldest job that waits, or whose worker has gone silent, for so many ms; null when there is none. One worker gets it. */
  claim(kinds: readonly string[], leaseMs: number): Promise<Claim | null>;
  /** Holds it for so many ms more. False when it is this worker's no longer: stop. */
  heartbeat(claim: Claim, leaseMs: number): Promise<boolean>;
  /** @param share 0 to 1 @param waitingFor what keeps it from going on at the moment */
  progress(claim: Claim, share: number, waitingFor?: WaitingFor | null): Promise<boolean>;
  complete(claim: Claim): Promise<boolean>;
  /** For good; what may go better another time is left to its lease, or tried again by hand. */
  fail(claim: Claim, sentence: string): Promise<boolean>;
  /** False when it has ended already. */
  cancel(id: string): Promise<boolean>;
  /** From the beginning. False unless it failed or was cancelled. */
  retry(id: string): Promise<boolean>;
  find(id: string): Promise<Job | null>;
  /** What it was given; null when it is not there. */
  payloadOf(id: string): Promise<unknown>;
  /** The job now and after each change, until it has ended or the signal. Nothing for a job that is not there. */
  watch(id: string, signal: AbortSignal): AsyncIterable<Job>;
}

/** One worker's hold of one job. */
export interface Claim {
  readonly id: string;
  readonly kind: string;
  readonly payload: unknown;
  readonly lease: string;
}

export function hasEnded({ state }: Job): boolean {
  return state === 'done' || state === 'failed' || state === 'cancelled';
}
