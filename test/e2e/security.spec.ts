import { expect, test } from '@playwright/test';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { openConnection } from '../../src/core/database/connection.ts';
import { calls } from '../../src/shared/contracts/bridge.ts';
import type { Outcome } from '../../src/shared/contracts/contract.ts';
import type { PlaybackSource } from '../../src/shared/contracts/playback.ts';
import { askApp } from '../harness/ask-app.ts';
import { openWorld, type Desk, type Seat, type World } from '../harness/world.ts';

const lesson = 'what-a-packet-is';
const title = 'What a packet is';
const course = 'How the internet survives a bad line';

let world: World;
let seat: Seat;
let desk: Desk;
/** Another site, which must never be asked for anything. */
let elsewhere: Server;
let elsewhereUrl = '';
let visits = 0;

test.beforeAll(async () => {
  const school = process.env['TEACHIFY_DEMO_SCHOOL'];
  if (!school) throw new Error('TEACHIFY_DEMO_SCHOOL names no encoded school; npm test sets it');
  elsewhere = createServer((_, response) => {
    visits += 1;
    response.setHeader('access-control-allow-origin', '*').end('window.hacked = true');
  }).listen(0, '127.0.0.1');
  await once(elsewhere, 'listening');
  elsewhereUrl = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`;
  // A microphone that is there, so that only the permission can be what is missing.
  world = await openWorld({ school, args: ['--use-fake-device-for-media-stream'] });
  seat = await world.seat('security');
  desk = await seat.sitDown();
  await desk.student.signInAsDemo();
});

test.afterEach(() => expect(visits, 'visits to another site').toBe(0));

test.afterAll(async () => {
  await world?.close();
  elsewhere.close();
});

/** Runs in the page as any script of it would; `told(value)` ends it. The debugger would lend it rights. */
function inPage<Result>(body: string): Promise<Result> {
  const code = `new Promise((told) => setTimeout(() => (async () => { ${body} })().catch((error) => told(String(error))), 0))`;
  return desk.app.evaluate(({ BrowserWindow }, script) => BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript(script, true) as Promise<Result>, code);
}

/** The policy that was violated by what was tried; null when nothing was within a second. */
function violation(attempt: string): Promise<string | null> {
  return inPage(`
    const heard = new Promise((found) => {
      document.addEventListener('securitypolicyviolation', (event) => found(event.effectiveDirective), { once: true });
      setTimeout(() => found(null), 1000);
    });
    ${attempt}
    told(await heard);
  `);
}

// First, because the browser under test no longer clicks once a navigation was begun and refused.
test('tokens and keys stay in main: not in the page, not in what it is told, not in the log, keys not even on the disk', async () => {
  await desk.student.openCourse(course);
  await desk.page.getByRole('button', { name: new RegExp(`^Download ${title}, 480p`) }).click();
  await expect(desk.page.getByRole('button', { name: new RegExp(`^${title}: on this computer`) })).toBeVisible({ timeout: 30_000 });
  const source = await askApp<PlaybackSource>(desk.page, 'playback.open', { lessonId: lesson });
  const told = [source, ...(await Promise.all(['accounts.state', 'catalog.view', 'downloads.list', 'progress.outbox', 'settings.get', 'shell.info'].map((name) => askApp(desk.page, name))))];
  const playlists = await inPage<string>(`told(await (await fetch('${source.url}')).text())`);
  const page = await inPage<string>(`told(document.documentElement.outerHTML + JSON.stringify({ ...localStorage }) + JSON.stringify({ ...sessionStorage }) + document.cookie)`);
  const log = readFileSync(join(seat.folder, 'logs/app.log'), 'utf8');
  const key = contentKey();
  for (const text of [JSON.stringify(told), playlists, page, log]) {
    expect(text).not.toMatch(/eyJ[\w-]{10,}\.eyJ/);
    expect(text).not.toContain(key);
  }
  const secrets = [Buffer.from(key), Buffer.from(key, 'base64url')];
  for (const file of filesIn(seat.folder)) {
    const bytes = readFileSync(file);
    expect(secrets.filter((secret) => bytes.includes(secret)), file).toEqual([]);
  }
  await askApp(desk.page, 'playback.close', { mediaId: source.mediaId });
});

test('the page has no Node, and one narrow bridge', async () => {
  const found = await inPage<string[]>(`told(['require', 'process', 'module', 'Buffer', 'global', '__dirname', 'electron'].filter((name) => name in globalThis))`);
  expect(found).toEqual([]);
  expect(await inPage(`told(Object.keys(teachify).sort().join())`)).toBe('call,on');
  const preferences = await desk.app.evaluate(({ webContents }) =>
    webContents.getAllWebContents().map((contents) => (contents as unknown as { getLastWebPreferences(): Record<string, unknown> }).getLastWebPreferences()),
  );
  expect(preferences).toHaveLength(1);
  expect(preferences[0]).toMatchObject({ sandbox: true, contextIsolation: true, nodeIntegration: false, webSecurity: true, webviewTag: false });
});

test('the policy comes as a header, and allows nothing inline and nothing from elsewhere', async () => {
  const policy = await inPage<string>(`told((await fetch('/index.html')).headers.get('content-security-policy'))`);
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/unsafe|\*|https?:/);
});

for (const [name, directive, attempt] of [
  ['an inline script', 'script-src-elem', `document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.hacked = true' }));`],
  ['a script in an attribute', 'script-src-attr', `document.body.insertAdjacentHTML('beforeend', '<img src="" onerror="window.hacked = true">');`],
  ['eval', 'script-src', `try { (0, eval)('window.hacked = true'); } catch {}`],
  ['a script from elsewhere', 'script-src-elem', `document.body.append(Object.assign(document.createElement('script'), { src: 'ELSEWHERE/x.js' }));`],
  ['a script in a data: address', 'script-src-elem', `document.body.append(Object.assign(document.createElement('script'), { src: 'data:text/javascript,window.hacked=true' }));`],
  ['a request to elsewhere', 'connect-src', `fetch('ELSEWHERE/steal').catch(() => {});`],
  ['a socket to elsewhere', 'connect-src', `try { new WebSocket('ELSEWHERE/steal'.replace('http', 'ws')); } catch {}`],
  ['a picture from elsewhere', 'img-src', `new Image().src = 'ELSEWHERE/pixel.png';`],
  ['a frame', 'frame-src', `document.body.append(Object.assign(document.createElement('iframe'), { src: 'ELSEWHERE/' }));`],
  ['a form', 'form-action', `document.body.append(Object.assign(document.createElement('form'), { action: 'ELSEWHERE/', id: 'leak' })); document.getElementById('leak').submit();`],
  ['another base address', 'base-uri', `document.head.append(Object.assign(document.createElement('base'), { href: 'ELSEWHERE/' }));`],
] as const) {
  test(`the policy stops ${name}`, async () => {
    expect(await violation(attempt.replaceAll('ELSEWHERE', elsewhereUrl))).toBe(directive);
    expect(await inPage(`told('hacked' in window)`)).toBe(false);
  });
}

test('permissions are denied unless named', async () => {
  const outcome = (attempt: string) => inPage<string>(`told(await Promise.race([(async () => { ${attempt} })().catch((error) => error.name), new Promise((late) => setTimeout(() => late('no answer'), 3000))]));`);
  expect(await outcome(`return new Promise((answer) => navigator.geolocation.getCurrentPosition(() => answer('allowed'), () => answer('denied')))`)).toBe('denied');
  expect(await outcome(`await navigator.mediaDevices.getUserMedia({ audio: true }); return 'allowed'`)).toBe('NotAllowedError');
  expect(await outcome(`return Notification.requestPermission()`)).toBe('denied');
  expect(await outcome(`await navigator.clipboard.readText(); return 'allowed'`)).toBe('NotAllowedError');
  expect(await outcome(`await navigator.requestMIDIAccess(); return 'allowed'`)).not.toBe('allowed');
});

test('every call refuses arguments that do not fit, and names that are none', async () => {
  for (const name of Object.keys(calls)) {
    for (const nonsense of [null, 7, 'text', [], { nonsense: true, lessonId: '../../etc', mediaId: 1 }]) {
      const outcome = await desk.page.evaluate(
        (question) => (globalThis as unknown as { teachify: { call(name: string, input: unknown): Promise<Outcome<unknown>> } }).teachify.call(question.name, question.nonsense),
        { name, nonsense },
      );
      // A patch of settings may name nothing.
      if (name === 'settings.set' && outcome.ok) expect(Array.isArray(nonsense) || typeof nonsense === 'object').toBe(true);
      else expect([name, nonsense, outcome.ok ? 'taken' : outcome.error.code]).toEqual([name, nonsense, 'bad_request']);
    }
  }
  await expect(askApp(desk.page, 'shell.execute', { command: 'id' })).rejects.toThrow(/No handler registered/);
});

test('another page with the same preload script is refused by every call', async () => {
  const answers = await desk.app.evaluate(async ({ app, BrowserWindow }, names) => {
    const stranger = new BrowserWindow({ show: false, webPreferences: { preload: `${app.getAppPath()}/out/preload/index.cjs`, sandbox: true } });
    await stranger.loadURL('data:text/html,<title>stranger</title>');
    const ask = `Promise.all(${JSON.stringify(names)}.map((name) => teachify.call(name).then((outcome) => outcome.ok ? name : outcome.error.code)))`;
    const said = (await stranger.webContents.executeJavaScript(ask)) as string[];
    stranger.destroy();
    return said;
  }, Object.keys(calls));
  expect(new Set(answers)).toEqual(new Set(['forbidden']));
});

test('the app protocol gives its own files and nothing else', async () => {
  const statusOf = (address: string) => desk.app.evaluate(async ({ session }, url) => (await session.defaultSession.fetch(url).catch(() => ({ status: 0 }))).status, address);
  expect(await statusOf('app://teachify/index.html')).toBe(200);
  for (const path of ['../package.json', '..%2f..%2fpackage.json', '%2e%2e/%2e%2e/package.json', '..%5c..%5cpackage.json', 'media/../../../package.json', 'assets/%00.js', 'media/nothing/master.m3u8', 'main/index.js']) {
    expect([path, await statusOf(`app://teachify/${path}`)]).toEqual([path, 404]);
  }
  expect(await statusOf('app://another/index.html')).toBe(404);
});

test('after signing out, an address of media that was open gives nothing', async () => {
  const { url } = await askApp<PlaybackSource>(desk.page, 'playback.open', { lessonId: lesson });
  const status = () => inPage<number>(`told((await fetch('${url}')).status)`);
  expect(await status()).toBe(200);
  await askApp(desk.page, 'accounts.signOut');
  expect(await status()).toBe(404);
});

test('the page cannot be led elsewhere, nor open windows', async () => {
  for (const address of [`${elsewhereUrl}/`, 'file:///etc/passwd', 'app://another/', 'data:text/html,hello']) {
    await inPage(`location.href = ${JSON.stringify(address)}; setTimeout(() => told(true), 200);`);
    expect(desk.page.url()).toMatch(/^app:\/\/teachify\//);
  }
  expect(await inPage(`told(window.open('${elsewhereUrl}/') === null)`)).toBe(true);
  await inPage(`const link = Object.assign(document.createElement('a'), { href: '${elsewhereUrl}/', target: '_blank' }); document.body.append(link); link.click(); setTimeout(() => told(true), 200);`);
  await inPage(`document.body.append(Object.assign(document.createElement('webview'), { src: '${elsewhereUrl}/' })); setTimeout(() => told(true), 200);`);
  expect(await desk.app.evaluate(({ webContents }) => webContents.getAllWebContents().length)).toBe(1);
});

/** The lesson's content key as the school keeps it. */
function contentKey(): string {
  const database = openConnection({ file: join(world.server.folder, 'school.db'), durability: 'normal' });
  const { content_key: key } = database.prepare('SELECT content_key FROM lessons WHERE id = ?').get(lesson) as { content_key: string };
  database.close();
  expect(key.length).toBeGreaterThan(20);
  return key;
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile());
}
