import { compactVerify, importJWK } from 'jose';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { changeKeys, keysInFile } from '../../../src/server/services/key-place.ts';
import { publicPart, withNewAccessKey, withNewSigningKey } from '../../../src/server/services/key-ring.ts';
import { loadSchoolKeys } from '../../../src/server/services/school-keys.ts';
import { temporaryFolder } from '../../harness/temporary-folder.ts';

it('makes the keys of a school once, for its own user only', async () => {
  const file = join(temporaryFolder(), 'keys.json');
  const first = await loadSchoolKeys(keysInFile(file));
  const second = await loadSchoolKeys(keysInFile(file));
  expect(second.publicKey).toEqual(first.publicKey);
  expect(second.published).toEqual(first.published);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

it('never replaces keys that are there but cannot be read', async () => {
  const folder = temporaryFolder();
  await expect(loadSchoolKeys(keysInFile(folder))).rejects.toThrow(/EISDIR/);
  const file = join(folder, 'keys.json');
  writeFileSync(file, '{"half":');
  await expect(loadSchoolKeys(keysInFile(file))).rejects.toThrow();
  expect(statSync(file).size).toBe(8);
});

it('a new signing key comes with the word of the one before, and is taken in without a restart', async () => {
  const file = join(temporaryFolder(), 'keys.json');
  const keys = await loadSchoolKeys(keysInFile(file));
  const [before, schoolId] = [keys.publicKey, keys.schoolId];
  const { signing } = await changeKeys(keysInFile(file), Date.now, withNewSigningKey);
  const next = publicPart(signing);
  await keys.refresh();
  expect(keys.publicKey).toEqual(next);
  expect(next.kid).not.toBe(before.kid);
  expect(keys.schoolId).toBe(schoolId);
  const { payload, protectedHeader } = await compactVerify(keys.successions[0] ?? '', await importJWK(before, 'EdDSA'));
  expect(JSON.parse(new TextDecoder().decode(payload))).toEqual(next);
  expect(protectedHeader).toEqual({ alg: 'EdDSA', kid: before.kid, typ: 'teachify-key-succession' });
  expect(keys.published.map(({ kid }) => kid)).toEqual(expect.arrayContaining([before.kid, next.kid]));
});

it('of access keys the one before still verifies, unless it is to be forgotten', async () => {
  const file = join(temporaryFolder(), 'keys.json');
  const keys = await loadSchoolKeys(keysInFile(file));
  const first = keys.accessKey.kid;
  const rotate = (forgetOld: boolean) => changeKeys(keysInFile(file), Date.now, (ring) => withNewAccessKey(ring, Date.now, forgetOld));
  const second = (await rotate(false)).access[0].kid;
  await keys.refresh();
  expect([keys.accessKey.kid, keys.accessKeyNamed(first) !== null]).toEqual([second, true]);
  await rotate(true);
  await keys.refresh();
  expect([keys.accessKeyNamed(first), keys.accessKeyNamed(second)]).toEqual([null, null]);
});
