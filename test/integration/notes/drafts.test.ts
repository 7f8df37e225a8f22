import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { createSettingsFile } from '../../../src/cli/settings-file.ts';
import { repairLedger } from '../../../src/core/database/repair-ledger.ts';
import { createHandlers, type Shell } from '../../../src/main/ipc/handlers.ts';
import { openCore } from '../../harness/core-at-school.ts';
import { startSchoolServer, type SchoolServer } from '../../harness/school-server.ts';
import { temporaryFolder } from '../../harness/temporary-folder.ts';
import { people } from '../../harness/tiny-school.ts';

let school: SchoolServer;
beforeAll(async () => void (school = await startSchoolServer()));
afterAll(() => school.close());

const tea = () => `${school.url}#of-tea`;
const letters = () => `${school.url}#of-letters`;
const place = { lessonId: 'making-tea', noteId: null };
const draft = { text: 'kettle fir', atMs: 4000 };

async function start(data: string) {
  const core = await openCore({ data, url: school.url, settingsFile: createSettingsFile(data) });
  let stopped: Promise<void> | null = null;
  const stop = () => (stopped ??= core.dispose());
  onTestFinished(stop);
  const main = createHandlers(core, {} as Shell);
  const signIn = (who: 'tea' | 'letters') => core.accounts.signIn(people[who].email, people[who].password);
  return { core, stop, signIn, drafts: (of: string) => main['notes.drafts']({ of }), keep: (of: string, kept: typeof draft | null) => main['notes.keepDraft']({ ...place, of, draft: kept }) };
}

it('what a student typed is theirs: after a restart and a sign-out too, and told to nobody else', async () => {
  const data = temporaryFolder();
  let computer = await start(data);
  await computer.signIn('tea');
  await computer.keep(tea(), draft);
  await computer.signIn('letters');
  expect(await computer.drafts(tea())).toEqual([]);
  // The last words of a page whose student has left.
  await computer.keep(tea(), { ...draft, text: 'kettle first' });
  expect(await computer.drafts(letters())).toEqual([]);
  await computer.stop();

  computer = await start(data);
  await computer.core.accounts.choose(tea(), null);
  expect(await computer.drafts(tea())).toEqual([{ ...place, ...draft, text: 'kettle first' }]);
  await computer.core.accounts.signOut();
  expect(await computer.drafts(tea())).toEqual([]);
  await computer.signIn('tea');
  expect(await computer.drafts(tea())).toHaveLength(1);
  await computer.keep(tea(), null);
  expect(await computer.drafts(tea())).toEqual([]);
});

it('nothing is kept for who is unknown here, and a repaired ledger has what was typed', async () => {
  const data = temporaryFolder();
  let computer = await start(data);
  await computer.signIn('tea');
  await computer.keep('http://elsewhere#nobody', draft);
  await computer.keep(tea(), draft);
  await computer.stop();
  repairLedger(data);
  computer = await start(data);
  await computer.signIn('tea');
  expect(await computer.drafts(tea())).toEqual([{ ...place, ...draft }]);
  expect(await computer.core.drafts.list('http://elsewhere#nobody')).toEqual([]);
});
