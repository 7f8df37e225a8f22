import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { mutants } from '../../simulation/mutants.ts';

const minute = 60_000;
/** Each mutant is told within so many lives; most within ten. */
const runs = 1_500;

describe('the lives that machines lead in the simulation', () => {
  it.concurrent.each(mutants.map(({ name }) => name))(
    'would show %s',
    async (name) => {
      const main = join(import.meta.dirname, '../../simulation/run-mutant.ts');
      const { stdout } = await promisify(execFile)(process.execPath, [main, name, String(runs)]);
      expect(stdout).toContain('Property failed');
    },
    3 * minute,
  );
});
