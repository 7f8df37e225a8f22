import type { Selectable, Updateable } from 'kysely';
import type { Job } from '../../shared/api/jobs.ts';
import type { Store } from '../store/database.ts';
import type { Schema } from '../store/schema.ts';
import type { Claim, Jobs } from './ports.ts';
import { watchJob } from './watch-job.ts';

interface Dependencies {
  readonly store: Store;
  readonly now: () => number;
  readonly newId: () => string;
  /** Settles after so many ms, or at once when aborted. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** A job that has taken so many workers with it is not given to another. */
const mostAttempts = 5;
/** Of a job that no worker holds. */
const free = { lease: null, leased_until: null, waiting_for: null };

/** Jobs in a table of SQLite: each step is one statement, so that two workers never both get a job. */
export function createSqlJobs({ store, now, newId, wait }: Dependencies): Jobs {
  const held = ({ id, lease }: Claim, change: Updateable<Schema['jobs']>) =>
    changed(store.updateTable('jobs').set({ ...change, updated_at: now() }).where('id', '=', id).where('lease', '=', lease).where('state', '=', 'running'));
  const find = async (id: string): Promise<Job | null> => {
    const row = await store.selectFrom('jobs').selectAll().where('id', '=', id).executeTakeFirst();
    return row ? toJob(row) : null;
  };
  return {
    find,
    payloadOf: async (id) => {
      const row = await store.selectFrom('jobs').select('payload').where('id', '=', id).executeTakeFirst();
      return row ? (JSON.parse(row.payload) as unknown) : null;
    },
    enqueue: async (kind, payload) => {
      const id = newId();
      const times = { created_at: now(), updated_at: now() };
      const fresh = { state: 'queued', progress: 0, attempts: 0, lease: null, leased_until: null, error: null } as const;
      await store.insertInto('jobs').values({ id, kind, payload: JSON.stringify(payload), ...fresh, ...times }).execute();
      return id;
    },
    claim: async (kinds, leaseMs) => {
      await giveUp(store, now());
      const row = await store
        .updateTable('jobs')
        .set((eb) => ({ state: 'running', lease: newId(), leased_until: now() + leaseMs, waiting_for: null, attempts: eb('attempts', '+', 1), updated_at: now() }))
        .where('id', '=', (eb) =>
          eb
            .selectFrom('jobs as waiting')
            .select('waiting.id')
            .where('waiting.kind', 'in', [...kinds])
            .where((one) => one.or([one('waiting.state', '=', 'queued'), one.and([one('waiting.state', '=', 'running'), one('waiting.leased_until', '<', now())])]))
            .orderBy('waiting.created_at')
            .orderBy('waiting.id')
            .limit(1),
        )
        .returning(['id', 'kind', 'payload', 'lease'])
        .executeTakeFirst();
      return row?.lease ? { id: row.id, kind: row.kind, payload: JSON.parse(row.payload) as unknown, lease: row.lease } : null;
    },
    heartbeat: (claim, leaseMs) => held(claim, { leased_until: now() + leaseMs }),
    progress: (claim, share, waitingFor = null) => held(claim, { progress: Math.min(1, Math.max(0, share)), waiting_for: waitingFor }),
    complete: (claim) => held(claim, { state: 'done', progress: 1, ...free }),
    fail: (claim, sentence) => held(claim, { state: 'failed', error: sentence, ...free }),
    cancel: (id) =>
      changed(
        store
          .updateTable('jobs')
          .set({ state: 'cancelled', ...free, updated_at: now() })
          .where('id', '=', id)
          .where('state', 'in', ['queued', 'running']),
      ),
    retry: (id) =>
      changed(
        store
          .updateTable('jobs')
          .set({ state: 'queued', progress: 0, attempts: 0, error: null, updated_at: now() })
          .where('id', '=', id)
          .where('state', 'in', ['failed', 'cancelled']),
      ),
    watch: (id, signal) => watchJob({ find: () => find(id), wait }, signal),
  };
}

async function giveUp(store: Store, now: number): Promise<void> {
  await store
    .updateTable('jobs')
    .set({ state: 'failed', error: `It was begun ${mostAttempts} times and its worker went silent each time.`, ...free, updated_at: now })
    .where('state', '=', 'running')
    .where('leased_until', '<', now)
    .where('attempts', '>=', mostAttempts)
    .execute();
}

async function changed(update: { executeTakeFirst(): Promise<{ numUpdatedRows: bigint }> }): Promise<boolean> {
  return (await update.executeTakeFirst()).numUpdatedRows > 0n;
}

function toJob({ id, kind, state, progress, error, waiting_for: waitingFor, created_at: createdAt, updated_at: updatedAt }: Selectable<Schema['jobs']>): Job {
  return { id, kind, state, progress: Number(progress), error, waitingFor, createdAt: Number(createdAt), updatedAt: Number(updatedAt) };
}
