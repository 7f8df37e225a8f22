import type { Selectable } from 'kysely';
import { fromKysely, PgBoss, type JobWithMetadata } from 'pg-boss';
import { z } from 'zod';
import type { Job } from '../../shared/api/jobs.ts';
import type { Schema, Store } from '../store/schema.ts';
import type { Claim, Jobs } from './ports.ts';
import { watchJob } from './watch-job.ts';

interface Dependencies {
  readonly store: Store;
  /** Of the PostgreSQL that `store` is in. */
  readonly address: string;
  readonly now: () => number;
  readonly newId: () => string;
  /** Settles after so many ms, or at once when aborted. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
  /** What pg-boss's own upkeep met; it goes on by itself. */
  readonly onError: (error: unknown) => void;
  /** pg-boss keeps one lease for a queue, of ten seconds or more. */
  readonly leaseMs?: number;
}

export interface BossJobs extends Jobs {
  /** Takes jobs from workers that went silent now, and not within the next seconds. */
  expire(): Promise<void>;
  close(): Promise<void>;
}

/** As many begin a job as with the table of SQLite. */
const retries = 4;
const superviseSeconds = 5;
const daySeconds = 24 * 60 * 60;
/** Of a job that no worker holds. */
const free = { lease: null, waiting_for: null };
const went = 'job heartbeat timeout';

/**
 * Jobs in pg-boss, which hands them out (SKIP LOCKED), watches their heartbeats and gives them to another worker. What it has
 * no word for stands in `job_claims`, changed in the same transactions: how far a job is, whose it is now, and why it failed
 * for good; such a job is cancelled in pg-boss, which would try it again otherwise.
 */
export async function openBossJobs({ store, address, now, newId, wait, onError, leaseMs = 15_000 }: Dependencies): Promise<BossJobs> {
  const boss = new PgBoss({
    ...{ connectionString: address, application_name: 'teachify jobs', max: 3 },
    ...{ schedule: false, registerInstance: false, superviseIntervalSeconds: superviseSeconds, monitorIntervalSeconds: superviseSeconds },
  });
  boss.on('error', onError);
  await boss.start();
  const queues = new Map<string, Promise<void>>();
  const queue = (kind: string): Promise<void> => {
    const options = { retryLimit: retries, heartbeatSeconds: leaseMs / 1000, expireInSeconds: daySeconds - 1, retentionSeconds: 365 * daySeconds, deleteAfterSeconds: 30 * daySeconds };
    const made = queues.get(kind) ?? boss.createQueue(kind, options);
    queues.set(kind, made);
    made.catch(() => queues.delete(kind));
    return made;
  };

  const look = async (id: string) => {
    const row = await store.selectFrom('job_claims').selectAll().where('id', '=', id).executeTakeFirst();
    if (!row) return null;
    await queue(row.kind);
    const [job] = await boss.findJobs<object>(row.kind, { id });
    return job ? { row, job } : null;
  };
  const find = async (id: string): Promise<Job | null> => {
    const found = await look(id);
    return found && toJob(found.row, found.job);
  };
  /** Changes a job that this claim still holds, in both places or in none. */
  const held = ({ id, kind, lease }: Claim, change: Partial<Selectable<Schema['job_claims']>>, tell: (database: { readonly db: ReturnType<typeof fromKysely> }) => Promise<object>) =>
    store.transaction().execute(async (transaction) => {
      const { numUpdatedRows } = await transaction.updateTable('job_claims').set({ ...change, updated_at: now() }).where('id', '=', id).where('lease', '=', lease).executeTakeFirst();
      if (numUpdatedRows === 0n) return false;
      await queue(kind);
      return affected(await tell({ db: fromKysely(transaction) }));
    });

  return {
    find,
    payloadOf: async (id) => (await look(id))?.job.data ?? null,
    enqueue: async (kind, payload) => {
      await queue(kind);
      const id = newId();
      await store.transaction().execute(async (transaction) => {
        await transaction.insertInto('job_claims').values({ id, kind, lease: null, progress: 0, error: null, created_at: now(), updated_at: now() }).execute();
        await boss.send(kind, payload as object, { id, db: fromKysely(transaction) });
      });
      return id;
    },
    claim: async (kinds) => {
      for (const kind of kinds) {
        await queue(kind);
        const lease = newId();
        const job = await store.transaction().execute(async (transaction) => {
          const [fetched] = await boss.fetch(kind, { db: fromKysely(transaction) });
          if (fetched) await transaction.updateTable('job_claims').set({ lease, waiting_for: null, updated_at: now() }).where('id', '=', fetched.id).execute();
          return fetched;
        });
        if (job) return { id: job.id, kind, payload: job.data as unknown, lease };
      }
      return null;
    },
    heartbeat: (claim) => held(claim, {}, (at) => boss.touch(claim.kind, claim.id, at)),
    progress: (claim, share, waitingFor = null) => held(claim, { progress: Math.min(1, Math.max(0, share)), waiting_for: waitingFor }, (at) => boss.touch(claim.kind, claim.id, at)),
    complete: (claim) => held(claim, { progress: 1, ...free }, (at) => boss.complete(claim.kind, claim.id, null, at)),
    fail: (claim, sentence) => held(claim, { error: sentence, ...free }, (at) => boss.cancel(claim.kind, claim.id, at)),
    cancel: async (id) => {
      const job = await find(id);
      if (!job) return false;
      return store.transaction().execute(async (transaction) => {
        // pg-boss first, as in a claim: the other way round the two could wait for each other.
        if (!affected(await boss.cancel(job.kind, id, { db: fromKysely(transaction) }))) return false;
        await transaction.updateTable('job_claims').set({ ...free, updated_at: now() }).where('id', '=', id).execute();
        return true;
      });
    },
    retry: async (id) => {
      const job = await find(id);
      if (job?.state !== 'failed' && job?.state !== 'cancelled') return false;
      // Anew under its id, so that it has all its attempts again.
      return store.transaction().execute(async (transaction) => {
        const at = { db: fromKysely(transaction) };
        const [before] = await boss.findJobs<object>(job.kind, { id, ...at });
        if (!before || !affected(await boss.deleteJob(job.kind, id, at))) return false;
        await transaction.updateTable('job_claims').set({ progress: 0, error: null, ...free, updated_at: now() }).where('id', '=', id).execute();
        await boss.send(job.kind, before.data, { id, ...at });
        return true;
      });
    },
    watch: (id, signal) => watchJob({ find: () => find(id), wait }, signal),
    expire: () => boss.supervise(),
    close: () => boss.stop({ graceful: false }),
  };
}

const states = { created: 'queued', retry: 'queued', active: 'running', completed: 'done', failed: 'failed', cancelled: 'cancelled' } as const;

const answerSchema = z.object({ affected: z.number() });

/** Whether what pg-boss was told changed anything; its types leave that out. */
function affected(answer: object): boolean {
  return answerSchema.parse(answer).affected > 0;
}

function toJob(row: Selectable<Schema['job_claims']>, { state, output, completedOn }: JobWithMetadata<object>): Job {
  const { id, kind, progress, waiting_for: waitingFor, created_at: createdAt, updated_at: updatedAt } = row;
  const error = row.error ?? (state === 'failed' ? reasonOf(output) : null);
  return { id, kind, progress, error, waitingFor, createdAt, state: row.error === null ? states[state] : 'failed', updatedAt: Math.max(updatedAt, completedOn?.getTime() ?? 0) };
}

function reasonOf(output: unknown): string {
  return JSON.stringify(output).includes(went) ? `It was begun ${retries + 1} times and its worker went silent each time.` : 'It took longer than a day.';
}
