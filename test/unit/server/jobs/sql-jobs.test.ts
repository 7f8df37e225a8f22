import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { describe, onTestFinished } from 'vitest';
import { createSqlJobs } from '../../../../src/server/jobs/sql-jobs.ts';
import { openStore } from '../../../../src/server/store/database.ts';
import { describeJobs } from '../../../harness/jobs-contract.ts';
import { temporaryFolder } from '../../../harness/temporary-folder.ts';

describe('jobs in SQLite', () => {
  describeJobs(async () => {
    const store = await openStore(join(temporaryFolder(), 'school.db'));
    onTestFinished(() => store.destroy());
    let time = 1_000_000;
    return { jobs: createSqlJobs({ store, now: () => time, newId: randomUUID, wait: async () => {} }), pass: (ms) => void (time += ms) };
  });
});
