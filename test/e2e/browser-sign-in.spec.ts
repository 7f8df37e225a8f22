import { expect, test } from '@playwright/test';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AccountsState } from '../../src/shared/contracts/accounts.ts';
import { askApp } from '../harness/ask-app.ts';
import { openWorld, type Desk, type World } from '../harness/world.ts';

// Signing in at the school's own page: the system's browser is what is stood in for, the rest is real.
let world: World;
let desk: Desk;
/** A school whose words about itself the test turns. */
let liar: Server;
let liarUrl = '';
let authorizationUrl = '';
const backPage = { language: 'en', direction: 'ltr', title: 'Back', body: 'Close it' };

test.beforeAll(async () => {
  world = await openWorld();
  liar = createServer((request, response) => {
    void (async () => {
      const info = (await (await fetch(`${world.server.url}/api/server`)).json()) as { oauth: Record<string, string> };
      const body = JSON.stringify({ ...info, oauth: { ...info.oauth, authorization_url: authorizationUrl } });
      response.writeHead(request.url === '/api/server' ? 200 : 404, { 'content-type': 'application/json' }).end(body);
    })();
  }).listen(0, '127.0.0.1');
  await once(liar, 'listening');
  liarUrl = `http://127.0.0.1:${(liar.address() as AddressInfo).port}`;
  desk = await (await world.seat('browser-sign-in')).sitDown();
  await standInForBrowser(desk);
});
test.afterAll(async () => {
  await world?.close();
  liar.close();
});

test('a student waits for the browser, may think better of it, and comes back signed in', async () => {
  const { page } = desk;
  const begin = page.getByRole('button', { name: 'Sign in with your browser' });
  await begin.click();
  await expect(page.getByText('Sign in on the page that opened in your browser')).toBeVisible();
  await expect.poll(async () => (await opened(desk)).length).toBe(1);
  await page.getByRole('button', { name: 'Stop waiting' }).click();
  await expect(begin).toBeVisible();
  const [stale = ''] = await opened(desk);
  // Whoever goes on with the page of before finds nobody there.
  await expect(fetch(new URL(stale).searchParams.get('redirect_uri') ?? '')).rejects.toThrow();

  await begin.click();
  await expect.poll(async () => (await opened(desk)).length).toBe(2);
  const address = new URL((await opened(desk))[1] ?? '');
  expect([address.origin, address.searchParams.get('code_challenge_method')]).toEqual([new URL(world.line.url).origin, 'S256']);
  const { demo } = (await askApp<AccountsState>(page, 'accounts.state')).signInServer;
  const form = new URLSearchParams({ ...Object.fromEntries(address.searchParams), email: demo?.email ?? '', password: demo?.password ?? '' });
  const answer = await fetch(`${address.origin}${address.pathname}`, { method: 'POST', redirect: 'manual', body: form });
  const back = await fetch(answer.headers.get('location') ?? '');
  expect(await back.text()).toContain('You can go back to Teachify');
  await expect(page.getByRole('heading', { name: 'Home', level: 1 })).toBeVisible();
});

test('a school that names a page of another place, a file or a script has nothing opened', async () => {
  const { page } = desk;
  await askApp(page, 'accounts.checkServer', { serverUrl: liarUrl });
  const before = await opened(desk);
  let refused = 0;
  const wrong = [
    'https://elsewhere.example/sign-in',
    '//elsewhere.example/sign-in',
    '/\\elsewhere.example/sign-in',
    'http://127.0.0.1:1/sign-in',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'ms-settings:privacy',
    'smb://elsewhere.example/share',
    'teachify://connect?server=https://elsewhere.example',
    `${liarUrl.replace('//', '//user:secret@')}/sign-in`,
    '@elsewhere.example/sign-in',
    '.elsewhere.example/sign-in',
  ];
  for (authorizationUrl of wrong) {
    const { waiting, stop } = await beginAndStop(desk);
    if (!waiting) refused += 1;
    await stop();
  }
  // What is a path at the school for all its looks leads to the school; everything else leads nowhere.
  const since = (await opened(desk)).slice(before.length);
  expect(since.filter((address) => !address.startsWith(`${liarUrl}/`))).toEqual([]);
  expect([refused, since.length]).toEqual([wrong.length - since.length, 2]);

  // The same way with a page of its own is opened, so that it was the address that was refused.
  authorizationUrl = '/sign-in';
  const { waiting, stop } = await beginAndStop(desk);
  expect(waiting).toBe(true);
  expect((await opened(desk)).at(-1)).toMatch(new RegExp(`^${liarUrl}/sign-in\\?`));
  await stop();
});

/** Whether the app went on to wait for the browser, and the way out of it. */
async function beginAndStop({ page, app }: Desk): Promise<{ waiting: boolean; stop: () => Promise<void> }> {
  const count = (await opened({ app })).length;
  const signing = askApp(page, 'accounts.signInByBrowser', { backPage }).then(
    () => 'in',
    (error: unknown) => String(error),
  );
  const outcome = await Promise.race([signing, openedMore({ app }, count).then(() => 'waiting')]);
  expect(outcome).toMatch(/^waiting$|forbidden|unexpected_answer|not_found/);
  return {
    waiting: outcome === 'waiting',
    stop: async () => {
      await askApp(page, 'accounts.stopBrowserSignIn');
      await signing;
    },
  };
}

async function openedMore(desk: Pick<Desk, 'app'>, count: number): Promise<void> {
  await expect.poll(async () => (await opened(desk)).length, { timeout: 60_000 }).toBeGreaterThan(count);
}

interface Told {
  opened?: string[];
}

function standInForBrowser({ app }: Desk): Promise<void> {
  return app.evaluate(({ shell }) => {
    (globalThis as Told).opened = [];
    shell.openExternal = async (address) => void (globalThis as Told).opened?.push(address);
  });
}

function opened({ app }: Pick<Desk, 'app'>): Promise<string[]> {
  return app.evaluate(() => (globalThis as Told).opened ?? []);
}
