import { access } from './migrations/0020-access.ts';
import { progress } from './migrations/0030-progress.ts';
import { notes } from './migrations/0035-notes.ts';
import { jobs } from './migrations/0040-jobs.ts';
import { links } from './migrations/0045-links.ts';
import { choices } from './migrations/0055-choices.ts';
import { done } from './migrations/0050-done.ts';
import { sittings } from './migrations/0060-sittings.ts';
import { schoolKeys } from './migrations/0070-school-keys.ts';
import { jobClaims } from './migrations/0075-job-claims.ts';
import { signIn } from './migrations/0100-sign-in.ts';
import { lessonKeys } from './migrations/0160-lesson-keys.ts';
import { mediaCopies } from './migrations/0150-media-copies.ts';
import { peopleAndCourses } from './migrations/0110-people-and-courses.ts';
import { waitingJobs } from './migrations/0170-waiting-jobs.ts';
import { uploadReservations } from './migrations/0180-upload-reservations.ts';
import { looseMedia } from './migrations/0190-loose-media.ts';
import { school } from './migrations/0010-school.ts';
import type { Store } from './schema.ts';
import { takeTurn } from './transactions.ts';

const migrations = [school, access, progress, notes, jobs, links, done, choices, sittings, schoolKeys, jobClaims, signIn, peopleAndCourses, mediaCopies, lessonKeys, waitingJobs, uploadReservations, looseMedia];

/**
 * Brings a database up to date, in one transaction: all steps or none, and of two servers that start at once one waits for the other.
 * One that is up to date is only read, so that who writes to it and who opens it do not wait for each other.
 */
export async function migrate(store: Store): Promise<void> {
  const known = await appliedTo(store).catch(() => new Set());
  if (migrations.every(({ version }) => known.has(version))) return;
  await store.transaction().execute(async (transaction) => {
    await takeTurn(transaction, 'migrations');
    await transaction.schema
      .createTable('migrations')
      .ifNotExists()
      .addColumn('version', 'integer', (column) => column.primaryKey())
      .addColumn('name', 'text', (column) => column.notNull())
      .execute();
    const applied = await appliedTo(transaction);
    for (const { version, name, up } of migrations) {
      if (applied.has(version)) continue;
      await up(transaction);
      await transaction.insertInto('migrations').values({ version, name }).execute();
    }
  });
}

async function appliedTo(store: Store): Promise<ReadonlySet<number>> {
  return new Set((await store.selectFrom('migrations').select('version').execute()).map(({ version }) => version));
}
