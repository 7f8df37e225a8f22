import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadSchoolKeys } from '../../../src/server/services/school-keys.ts';
import { temporaryFolder } from '../../harness/temporary-folder.ts';

it('makes the keys of a school once, for its own user only', async () => {
  const file = join(temporaryFolder(), 'keys.json');
  const first = await loadSchoolKeys(file);
  const second = await loadSchoolKeys(file);
  expect(second.publicKey).toEqual(first.publicKey);
  expect(Buffer.from(second.tokenKey).equals(Buffer.from(first.tokenKey))).toBe(true);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

it('never replaces keys that are there but cannot be read', async () => {
  const folder = temporaryFolder();
  await expect(loadSchoolKeys(folder)).rejects.toThrow(/EISDIR/);
  const file = join(folder, 'keys.json');
  writeFileSync(file, '{"half":');
  await expect(loadSchoolKeys(file)).rejects.toThrow();
  expect(statSync(file).size).toBe(8);
});
