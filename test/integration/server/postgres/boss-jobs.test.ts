import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe } from 'vitest';
import { openBossJobs, type BossJobs } from '../../../../src/server/jobs/boss-jobs.ts';
import { openStore, type Store } from '../../../../src/server/store/database.ts';
import { describeJobs } from '../../../harness/jobs-contract.ts';
import { freshDatabase } from '../../../harness/postgres-of-run.ts';

let store: Store;
let jobs: BossJobs;
beforeAll(async () => {
  const address = await freshDatabase('');
  store = await openStore(address);
  jobs = await openBossJobs({ store, address, now: () => Date.now(), newId: randomUUID, wait: async () => {}, onError: () => {}, leaseMs: 10_000 });
});
afterAll(async () => {
  await jobs.close();
  await store.destroy();
});

/** pg-boss goes by the clock of its database: time passes by all that happened lying so much longer ago. */
async function pass(ms: number): Promise<void> {
  const ago = sql`${`${ms} milliseconds`}::interval`;
  await sql`update pgboss.job set created_on = created_on - ${ago}, started_on = started_on - ${ago}, heartbeat_on = heartbeat_on - ${ago}, start_after = start_after - ${ago}`.execute(store);
  await sql`update pgboss.queue set monitor_claim_on = null, monitor_on = null`.execute(store);
  await jobs.expire();
}

describe('jobs in pg-boss', () => {
  describeJobs(async () => {
    await sql`delete from pgboss.job`.execute(store);
    return { jobs, pass };
  });
});
