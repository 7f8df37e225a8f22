import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createSettingsFile } from '../../../../src/cli/settings-file.ts';
import { silentLogger } from '../../../../src/core/base/logger.ts';
import { createSettings } from '../../../../src/core/settings/settings.ts';
import { temporaryFolder } from '../../../harness/temporary-folder.ts';

const account = 'https://school.example#ada';

/** As the app wrote it: the machine's settings, and a student's own. */
async function used(): Promise<string> {
  const folder = temporaryFolder();
  const settings = open(folder);
  await settings.set({ serverUrl: 'https://school.example', contentFolder: '/media/lessons', sharedComputer: true, lockAfterMinutes: 3 });
  settings.sitDown(account);
  await settings.set({ theme: 'dark', downloadQuality: '360p' });
  return folder;
}
const open = (folder: string) => createSettings({ file: createSettingsFile(folder), logger: silentLogger() });
const fileIn = (folder: string) => join(folder, 'settings.json');
const asides = (folder: string) => readdirSync(folder).filter((name) => name.startsWith('settings.json.damaged-'));

it('a whole file is left as it is', async () => {
  const folder = await used();
  const before = readFileSync(fileIn(folder));
  open(folder);
  expect([readFileSync(fileIn(folder)).equals(before), asides(folder)]).toEqual([true, []]);
});

it.each([
  ['a letter that is no JSON any more', (text: string) => text.replace('"polite": false', '"polite": fblse')],
  ['a bracket that was flipped', (text: string) => text.replace(/^\{/, '[')],
  ['a file that was cut short', (text: string) => text.slice(0, -20)],
])('%s costs that and no more: the folder of the lessons, the lock and the students’ own choices stay', async (_, damage) => {
  const folder = await used();
  const damaged = damage(readFileSync(fileIn(folder), 'utf8'));
  writeFileSync(fileIn(folder), damaged);
  const settings = open(folder);
  expect(settings.get()).toMatchObject({ serverUrl: 'https://school.example', contentFolder: '/media/lessons', sharedComputer: true, lockAfterMinutes: 3, polite: false });
  settings.sitDown(account);
  expect(settings.get()).toMatchObject({ theme: 'dark' });
  const [aside = ''] = asides(folder);
  expect(readFileSync(join(folder, aside), 'utf8')).toBe(damaged);
  await settings.set({ theme: 'light' });
  const again = open(folder);
  again.sitDown(account);
  expect(again.get()).toMatchObject({ theme: 'light', contentFolder: '/media/lessons' });
});

it.each(['', 'nonsense', '<html>', '[]', 'null', '7', '\u0000'.repeat(4096)])('%j gives the defaults, and is kept', (text) => {
  const folder = temporaryFolder();
  writeFileSync(fileIn(folder), text);
  expect(open(folder).get()).toMatchObject({ serverUrl: null, sharedComputer: false });
  expect(asides(folder)).toHaveLength(1);
});

it('what is no file is said to be trouble with the disk', () => {
  const folder = temporaryFolder();
  mkdirSync(fileIn(folder));
  expect(() => createSettingsFile(folder)).toThrow(expect.objectContaining({ code: 'disk_failed' }));
  expect(existsSync(fileIn(folder))).toBe(true);
});
