import { randomUUID } from 'node:crypto';
import { isPostgresAddress } from '../store/postgres.ts';
import type { Store } from '../store/schema.ts';
import type { Jobs } from './ports.ts';
import { createSqlJobs } from './sql-jobs.ts';
import { wait } from './wait.ts';

interface Dependencies {
  readonly store: Store;
  /** Where `store` is. */
  readonly address: string;
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
}

/** The school's jobs: a table beside SQLite, pg-boss in a PostgreSQL. */
export async function openJobs({ store, address, now, onError }: Dependencies): Promise<{ readonly jobs: Jobs; close(): Promise<void> }> {
  const ports = { store, now, wait, newId: randomUUID };
  if (!isPostgresAddress(address)) return { jobs: createSqlJobs(ports), close: async () => {} };
  const { openBossJobs } = await import('./boss-jobs.ts');
  const jobs = await openBossJobs({ ...ports, address, onError });
  return { jobs, close: () => jobs.close() };
}
