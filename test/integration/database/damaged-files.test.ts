import { expect, it } from 'vitest';
import { damagedFolders } from '../../harness/damaged-folders.ts';
import { fc } from '../../harness/same-cases.ts';

const cases = 40;

it('whatever happens to the files of a data folder, the app starts or says what is wrong, and what was watched and written is there', async () => {
  const { property, close } = await damagedFolders();
  try {
    const { failed, counterexample, errorInstance, seed } = await fc.check(property, { numRuns: cases });
    expect([seed, failed, counterexample, String(errorInstance)]).toEqual([seed, false, null, 'null']);
  } finally {
    close();
  }
});
