import { afterAll, beforeAll, expect, it } from 'vitest';
import { readServerAddress } from '../../../src/core/accounts/server-address.ts';
import { openMachine } from '../../harness/machine-at-school.ts';
import { manualClock } from '../../harness/manual-clock.ts';
import { startSchoolServer, type SchoolServer } from '../../harness/school-server.ts';
import { temporaryFolder } from '../../harness/temporary-folder.ts';
import { people } from '../../harness/tiny-school.ts';

let school: SchoolServer;
beforeAll(async () => void (school = await startSchoolServer()));
afterAll(() => school.close());

const backPage = { language: 'ar', direction: 'rtl', title: 'يمكنك العودة', body: 'أغلق <b onload="x">الصفحة</b> & \'هذا\'' } as const;
/** What the browser showed in the end. */
let shown: Response | null = null;

/** A browser in which somebody fills in the page that opens. */
function browser(fill: { email: string; password: string } | null, seen: (location: string) => Promise<void> = async () => {}) {
  return async (address: string): Promise<void> => {
    const page = new URL(address);
    expect(page.origin).toBe(new URL(school.url).origin);
    expect((await fetch(page)).status).toBe(200);
    if (!fill) return;
    const form = new URLSearchParams({ ...Object.fromEntries(page.searchParams), ...fill });
    const answer = await fetch(`${page.origin}${page.pathname}`, { method: 'POST', redirect: 'manual', body: form });
    const location = answer.headers.get('location') ?? '';
    await seen(location);
    shown = await fetch(location);
    expect(shown.status).toBe(200);
  };
}

async function machineWith(openBrowser: (address: string) => Promise<void>) {
  return openMachine({ folder: temporaryFolder(), url: () => readServerAddress(school.url), clock: manualClock(), openBrowser });
}

it("signs in at the school's own page, by a code that only this machine can redeem", async () => {
  let strangers = 0;
  const machine = await machineWith(
    browser(people.tea, async (location) => {
      // Whoever else finds the address of this machine is turned away, and the sign-in goes on.
      const other = new URL(location);
      other.searchParams.set('state', 'made-up');
      for (const address of [other.href, `${new URL(location).origin}/`]) strangers += (await fetch(address)).status === 404 ? 1 : 0;
    }),
  );
  await machine.accounts.checkServer(school.url);
  expect(machine.accounts.state().signInServer.browser).toBe(true);
  expect(await machine.accounts.signInByBrowser(backPage)).toMatchObject({ student: { id: 'of-tea' }, authorised: true });
  // In the language of the app, and as words alone.
  const page = (await shown?.text()) ?? '';
  expect(page).toContain('<html lang="ar" dir="rtl">');
  expect(page).toContain('<h1>يمكنك العودة</h1><p>أغلق &#60;b onload=&#34;x&#34;&#62;الصفحة&#60;/b&#62; &#38; &#39;هذا&#39;</p>');
  expect(shown?.headers.get('content-security-policy')).toBe("default-src 'none'");
  expect(strangers).toBe(2);
  await machine.leases.acquire('making-tea');
  machine.close();
});

it('a code that another school gave to this very request is not redeemed (RFC 9207)', async () => {
  const machine = await machineWith(
    browser(people.tea, async (location) => {
      // All is ours, the state too, but for who says it: a school may send the browser on to another one's page.
      const mixed = new URL(location);
      expect(mixed.searchParams.get('iss')).toBe(school.url);
      mixed.searchParams.set('iss', 'https://another-school.example');
      await fetch(mixed);
    }),
  );
  await expect(machine.accounts.signInByBrowser(backPage)).rejects.toMatchObject({ code: 'unexpected_answer' });
  expect(machine.asked.map(({ url }) => new URL(url).pathname)).toEqual(['/api/server']);
  expect(machine.accounts.state().student).toBeNull();
  machine.close();
});

it('who thinks better of it is told so, and nothing was changed', async () => {
  const machine = await machineWith(browser(null));
  const signing = machine.accounts.signInByBrowser(backPage);
  signing.catch(() => {});
  await expect.poll(() => machine.asked.length).toBe(1);
  machine.accounts.stopBrowserSignIn();
  await expect(signing).rejects.toMatchObject({ code: 'sign_in_stopped' });
  expect(machine.accounts.state().student).toBeNull();
  machine.close();
});
