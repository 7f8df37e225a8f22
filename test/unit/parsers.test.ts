import { expect, it } from 'vitest';
import { parserProperties } from '../harness/parser-properties.ts';

// A few hundred each; `npm run bench -- fuzz` tries a hundred thousand and more.
it.each(parserProperties.map(({ name, check }) => [name, check] as const))('%s', async (_, check) => {
  await expect(check(200, Date.now() % 1_000_000)).resolves.toBeUndefined();
});
