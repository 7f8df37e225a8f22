import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { openTrueSchool, type FaultySchool, type TrueSchool } from './faulty-school.ts';

/** One true school for a test file. Each work has a faulty school before it and a data folder of its own, so that works may run side by side. */
export function schoolForWorks(): (work: (school: FaultySchool, data: string) => Promise<void>) => Promise<void> {
  let truth: TrueSchool;
  beforeAll(async () => {
    truth = await openTrueSchool();
  });
  afterAll(() => truth.close());
  return async (work) => {
    const school = await truth.open();
    // What Vitest cleans up after a test is not told apart among those that run side by side.
    const data = mkdtempSync(join(tmpdir(), 'teachify-fault-'));
    try {
      await work(school, data);
    } finally {
      await school.close();
      rmSync(data, { recursive: true, force: true });
    }
  };
}
