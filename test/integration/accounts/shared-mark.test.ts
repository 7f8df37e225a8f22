import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { createSettingsFile } from '../../../src/cli/settings-file.ts';
import type { Core } from '../../../src/core/compose.ts';
import { openConnection } from '../../../src/core/database/connection.ts';
import { repairLedger } from '../../../src/core/database/repair-ledger.ts';
import { damagePages, pageCount } from '../../harness/damage.ts';
import { openCore } from '../../harness/core-at-school.ts';
import { startSchoolServer, type SchoolServer } from '../../harness/school-server.ts';
import { temporaryFolder } from '../../harness/temporary-folder.ts';
import { people } from '../../harness/tiny-school.ts';

let school: SchoolServer;
beforeAll(async () => void (school = await startSchoolServer()));
afterAll(() => school.close());

const tea = () => `${school.url}#of-tea`;
const settingsIn = (data: string) => join(data, 'settings.json');

async function start(data: string, settingsFile = createSettingsFile(data)): Promise<Core & { stop(): Promise<void> }> {
  const core = await openCore({ data, url: school.url, settingsFile });
  let stopped: Promise<void> | null = null;
  const stop = () => (stopped ??= core.dispose());
  onTestFinished(stop);
  return { ...core, stop };
}

/** A shared computer with one student, who has a PIN. */
async function sharedFolder(): Promise<string> {
  const data = temporaryFolder();
  const core = await start(data);
  await core.settings.set({ sharedComputer: true });
  await core.accounts.signIn(people.tea.email, people.tea.password);
  await core.accounts.setPin('2468', null);
  await core.stop();
  return data;
}

async function expectLocked({ accounts }: Core): Promise<void> {
  expect(accounts.state()).toMatchObject({ student: null, shared: true, students: expect.arrayContaining([expect.objectContaining({ id: 'of-tea', hasPin: true })]) });
  expect(accounts.closed()).toBe(true);
  await expect(accounts.choose(tea(), null)).rejects.toMatchObject({ code: 'password_needed' });
  await expect(accounts.choose(tea(), '9999')).rejects.toMatchObject({ code: 'wrong_pin' });
}

it.each([
  ['is gone', (file: string) => rmSync(file)],
  ['is empty', (file: string) => writeFileSync(file, '')],
  ['is nonsense', (file: string) => writeFileSync(file, Buffer.alloc(512))],
  ['lost the line', (file: string) => writeFileSync(file, readFileSync(file, 'utf8').replace('"sharedComputer": true', '"sharedComputer": trve'))],
  ['says that it is none', (file: string) => writeFileSync(file, readFileSync(file, 'utf8').replace('"sharedComputer": true', '"sharedComputer": false'))],
])('a shared computer whose settings file %s opens no seat without the PIN', async (_, damage) => {
  const data = await sharedFolder();
  damage(settingsIn(data));
  const core = await start(data);
  expect(core.settings.get().sharedComputer).toBe(true);
  await expectLocked(core);
  await core.stop();
  // Nor after a start more, whatever was written meanwhile.
  await expectLocked(await start(data));
});

it('stays shared until somebody who is here switches it off', async () => {
  const data = await sharedFolder();
  rmSync(settingsIn(data));
  const core = await start(data);
  await core.accounts.choose(tea(), '2468');
  await core.settings.set({ sharedComputer: false });
  await expect.poll(() => core.accounts.state().shared).toBe(false);
  await core.stop();
  rmSync(settingsIn(data));
  expect((await start(data)).accounts.state()).toMatchObject({ shared: false, student: { id: 'of-tea' } });
});

it('one that was shared before the ledger knew of it is marked at the first start', async () => {
  const data = temporaryFolder();
  writeFileSync(settingsIn(data), JSON.stringify({ sharedComputer: true }));
  await (await start(data)).stop();
  rmSync(settingsIn(data));
  expect((await start(data)).accounts.state().shared).toBe(true);
});

it('a ledger that is repaired takes the mark along, from its daily copy when its own pages are lost', async () => {
  const data = await sharedFolder();
  // The copy is written at a start, and not again on the same day.
  rmSync(join(data, 'ledger-copy.db'));
  await (await start(data)).stop();
  const ledger = join(data, 'ledger.db');
  damagePages(ledger, Array.from({ length: pageCount(ledger) }, (_, page) => page + 1));
  repairLedger(data);
  rmSync(settingsIn(data));
  expect((await start(data)).accounts.state().shared).toBe(true);
});

it('is not switched off where the others cannot be sent away: no seat opens, neither then nor at the next start', async () => {
  const data = await sharedFolder();
  const ledger = openConnection({ file: join(data, 'ledger.db'), durability: 'full' });
  ledger.exec("CREATE TRIGGER full BEFORE UPDATE ON accounts WHEN new.listed = 0 BEGIN SELECT raise(ABORT, 'no room'); END");
  ledger.close();
  const core = await start(data);
  await core.accounts.signIn(people.letters.email, people.letters.password);
  await expect(core.settings.set({ sharedComputer: false })).rejects.toThrow('no room');
  expect(core.settings.get().sharedComputer).toBe(true);
  await expect(core.accounts.choose(tea(), null)).rejects.toMatchObject({ code: 'password_needed' });
  await core.stop();
  const again = await start(data);
  expect(again.accounts.closed()).toBe(true);
  await expect(again.accounts.choose(tea(), null)).rejects.toMatchObject({ code: 'password_needed' });
});

/** Of a disk that has no room for the settings whenever it is said to be full. */
function fullDisk(data: string): ReturnType<typeof createSettingsFile> & { isFull: boolean } {
  const file = createSettingsFile(data);
  const disk = {
    ...file,
    isFull: false,
    write: (settings: Parameters<typeof file.write>[0]) => {
      if (disk.isFull) throw Object.assign(new Error('no room'), { code: 'ENOSPC' });
      return file.write(settings);
    },
  };
  return disk;
}

it('one that cannot be made a shared one sends nobody away', async () => {
  const data = temporaryFolder();
  const disk = fullDisk(data);
  const core = await start(data, disk);
  await core.accounts.signIn(people.tea.email, people.tea.password);
  await core.accounts.stepAside();
  await core.accounts.signIn(people.letters.email, people.letters.password);
  disk.isFull = true;
  await expect(core.settings.set({ sharedComputer: true })).rejects.toMatchObject({ code: 'disk_full' });
  await core.stop();
  const again = await start(data);
  expect(again.accounts.state()).toMatchObject({ shared: false, student: { id: 'of-letters' } });
  expect(await again.accounts.choose(tea(), null)).toMatchObject({ student: { id: 'of-tea' } });
});

it('one that cannot cease to be shared sends nobody away either', async () => {
  const data = await sharedFolder();
  const disk = fullDisk(data);
  const core = await start(data, disk);
  await core.accounts.signIn(people.letters.email, people.letters.password);
  disk.isFull = true;
  await expect(core.settings.set({ sharedComputer: false })).rejects.toMatchObject({ code: 'disk_full' });
  await core.accounts.stepAside();
  await expectLocked(core);
  expect(await core.accounts.choose(tea(), '2468')).toMatchObject({ student: { id: 'of-tea' } });
});
