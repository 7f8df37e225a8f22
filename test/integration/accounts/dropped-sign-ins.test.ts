import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import type { AccountsAndTokens } from '../../../src/core/accounts/ports.ts';
import { readServerAddress } from '../../../src/core/accounts/server-address.ts';
import { coursesResponseSchema } from '../../../src/shared/api/catalog.ts';
import { endpoints } from '../../../src/shared/api/endpoints.ts';
import { openStore } from '../../../src/server/store/database.ts';
import type { Store } from '../../../src/server/store/schema.ts';
import { openMachine, signInHere, type MachineAtSchool } from '../../harness/machine-at-school.ts';
import { machineRoom } from '../../harness/machine-room.ts';
import { manualClock } from '../../harness/manual-clock.ts';
import { startSchoolServer, type SchoolServer } from '../../harness/school-server.ts';
import { temporaryFolder } from '../../harness/temporary-folder.ts';
import { people } from '../../harness/tiny-school.ts';

let school: SchoolServer;
let store: Store;
beforeAll(async () => {
  school = await startSchoolServer();
  store = await openStore(school.database);
});
afterAll(async () => {
  await store.destroy();
  await school.close();
});

const idOf = (id: string) => `${school.url}#${id}`;
const courses = ({ api }: MachineAtSchool) => api.request({ path: endpoints.courses(), output: coursesResponseSchema, authorised: true });

/** Sessions of a machine that the school still takes, by whom. */
async function openSessions({ deviceId }: Pick<AccountsAndTokens, 'deviceId'>): Promise<string[]> {
  const rows = await store
    .selectFrom('refresh_tokens')
    .leftJoin('revoked_families', 'revoked_families.family', 'refresh_tokens.family')
    .select(['refresh_tokens.family', 'person_id'])
    .distinct()
    .where('device_id', '=', deviceId)
    .where('revoked_families.family', 'is', null)
    .execute();
  return rows.map(({ person_id }) => person_id).sort();
}

it('whose answer comes when another student has sat down leaves no session at the school', async () => {
  const { accounts } = await machineRoom(() => school.url).start();
  await signInHere({ accounts }, 'letters');
  await accounts.stepAside();
  const late = signInHere({ accounts }, 'tea');
  await accounts.choose(idOf('of-letters'), null);
  await expect(late).rejects.toMatchObject({ code: 'cancelled' });
  await expect.poll(() => openSessions(accounts)).toEqual(['of-letters']);
});

it('nor does a password that was given for a PIN when the lock fell', async () => {
  const { accounts } = await machineRoom(() => school.url, { shared: () => true }).start();
  await signInHere({ accounts }, 'tea');
  await accounts.setPin('13579', null);
  const late = accounts.setPin('24680', { password: people.tea.password });
  accounts.lock();
  await expect(late).rejects.toMatchObject({ code: 'locked' });
  await expect.poll(() => openSessions(accounts)).toEqual(['of-tea']);
});

it('nor one that this disk does not take', async () => {
  const machine = await machineRoom(() => school.url).start();
  machine.databases.ledger.exec("CREATE TRIGGER full BEFORE INSERT ON accounts BEGIN SELECT raise(ABORT, 'no room'); END");
  await expect(signInHere(machine, 'tea')).rejects.toThrow('no room');
  await expect.poll(() => openSessions(machine.accounts)).toEqual([]);
  expect(machine.accounts.state().student).toBeNull();
});

it('who signs in once more has one session, and what is under way by the one before goes on', async () => {
  const machine = await machineRoom(() => school.url).start();
  await signInHere(machine, 'tea');
  const before = (await machine.accounts.authorisation.accessToken()) ?? '';
  await signInHere(machine, 'tea', idOf('of-tea'));
  await expect.poll(() => openSessions(machine.accounts)).toEqual(['of-tea']);
  // A request that was refused for the closed session is sent again by this one.
  const now = await machine.accounts.authorisation.replaceToken(before);
  expect(now).not.toBe(before);
  expect((await courses(machine)).courses).not.toHaveLength(0);
});

it("at the school's own page, given up while the school answers: it is told that nobody sat down", async () => {
  const machine = await openMachine({
    ...{ folder: temporaryFolder(), url: () => readServerAddress(school.url), clock: manualClock() },
    openBrowser: async (address) => {
      const page = new URL(address);
      const form = new URLSearchParams({ ...Object.fromEntries(page.searchParams), ...people.tea });
      const answer = await fetch(`${page.origin}${page.pathname}`, { method: 'POST', redirect: 'manual', body: form });
      await fetch(answer.headers.get('location') ?? '');
    },
    asking: (url) => {
      // The student cancels in the moment in which the code is on its way.
      if (url.endsWith('/oauth/token')) machine.accounts.stopBrowserSignIn();
    },
  });
  onTestFinished(() => machine.close());
  const backPage = { language: 'en', direction: 'ltr', title: 'You can go back', body: 'Close this page' } as const;
  await expect(machine.accounts.signInByBrowser(backPage)).rejects.toMatchObject({ code: 'sign_in_stopped' });
  expect(machine.accounts.state().student).toBeNull();
  await expect.poll(() => machine.asked.map(({ url }) => new URL(url).pathname).at(-1)).toBe(endpoints.signOut());
  await expect.poll(() => openSessions(machine.accounts)).toEqual([]);
});
