import { expect, it } from 'vitest';
import { parserProperties } from '../harness/parser-properties.ts';

// A few hundred each, the same in every run; `npm run bench -- fuzz` tries a hundred thousand others and more.
it.each(parserProperties.map(({ name, check }) => [name, check] as const))('%s', async (_, check) => {
  await expect(check(200, 20_251)).resolves.toBeUndefined();
});
