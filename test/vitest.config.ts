import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What a school's server does the same on either database: these run twice, and what is PostgreSQL's alone runs with them. */
const onBoth = ['test/integration/server/{backup,far-lesson,keeping,kept-done,loose-media,notes,progress,progress-limits,publish-at-once,removed-meanwhile,revocation,sign-in,teaching,upload-quota}.test.ts'];
const onPostgres = 'test/integration/server/postgres/*.test.ts';

/** Begun first, longest first, so that no core waits for the last of them alone. */
const longest = ['lives', 'mutants', 'tool', 'line-faults', 'machine-and-line', 'machine-faults', 'disk-faults', 'transcode', 'killed-worker'];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => longest.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`)) >>> 0;
    return (await super.sort(files)).toSorted((one, other) => place(one) - place(other));
  }
}

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    // Real servers, databases and encoders answer in their own time, on a busy machine in three times that; a hang still ends.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 60_000 } },
    maxWorkers: 2,
    // Those that say they may run side by side mostly wait for a line that is slow on purpose.
    maxConcurrency: 10,
    sequence: { sequencer: LongestFirst },
    projects: [
      { extends: true, test: { name: 'SQLite', include: ['test/unit/**/*.test.{ts,tsx}', 'test/integration/**/*.test.ts'], exclude: [onPostgres] } },
      { extends: true, test: { name: 'PostgreSQL', include: [...onBoth, onPostgres], globalSetup: ['test/harness/postgres-of-run.ts'] } },
    ],
  },
});
