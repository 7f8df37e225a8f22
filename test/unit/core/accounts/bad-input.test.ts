import { expect, it } from 'vitest';
import { accountProperties } from '../../../harness/account-properties.ts';
import { fc } from '../../../harness/same-cases.ts';

const cases = 150;

it('whatever is put before the app is refused in words a student can act on', async () => {
  const { properties, close } = await accountProperties();
  try {
    for (const { name, property } of properties) {
      const { failed, counterexample, errorInstance } = await fc.check(property, { numRuns: cases });
      expect([name, failed, counterexample, String(errorInstance)]).toEqual([name, false, null, 'null']);
    }
  } finally {
    close();
  }
});
