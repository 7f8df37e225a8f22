import { expect, it } from 'vitest';
import { simulate } from '../../simulation/life.ts';

const minute = 60_000;

it(
  'machines that share students, whatever befalls them, know in the end what an independent oracle knows: nothing lost, nothing doubled',
  async () => {
    await expect(simulate({ runs: 2_000, seed: 20_251 })).resolves.toBeUndefined();
  },
  6 * minute,
);
