import { join } from 'node:path';
import { makeDemoSchool } from '../../build/demo-school/make.ts';
import { cacheFolder } from '../../build/setup/cache-folder.mjs';

/** Who learns what in test/fixtures/tiny-school. */
export const people = {
  tea: { email: 'tea@school.test', password: 'leaves and water' },
  letters: { email: 'letters@school.test', password: 'ink and paper' },
  both: { email: 'both@school.test', password: 'everything there is' },
} as const;

/** Folder of a school of three very short lessons, spoken and encoded by the same tools as the demo school, once per content. */
export function encodeTinySchool(): Promise<string> {
  return makeDemoSchool({ cacheFolder: cacheFolder(), material: join(import.meta.dirname, '../fixtures/tiny-school') });
}
