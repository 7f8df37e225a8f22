import { expect, test } from '@playwright/test';
import type { AccountsState } from '../../src/shared/contracts/accounts.ts';
import { events, type EventName } from '../../src/shared/contracts/bridge.ts';
import type { DownloadItem } from '../../src/shared/contracts/downloads.ts';
import { eventsWhileClosed } from '../../src/shared/contracts/events-while-closed.ts';
import { openAlbum, type Album } from '../harness/album.ts';
import { askApp } from '../harness/ask-app.ts';
import { belongingsIn, readyIn } from '../harness/belongings.ts';
import { watchVideo } from '../harness/player-eye.ts';
import { openWorld, type Desk, type Seat, type World } from '../harness/world.ts';

const course = 'How the internet survives a bad line';
const taken = 'What a packet is';
/** Taken home behind the lock. */
const next = 'How a computer knows that nothing changed';

let world: World;
let album: Album;
let seat: Seat;
let desk: Desk;

/** One story, told in order: a computer without a keychain, as many are, and its student. Each test goes on where the one before ended. */
test.describe.configure({ mode: 'serial' });

test.beforeAll(async () => {
  world = await openWorld({ keyring: false });
  album = await openAlbum('test-results/students');
  seat = await world.seat('students');
  desk = await seat.sitDown();
  await desk.student.signInAsDemo();
});

test.afterAll(async () => {
  await world?.close();
});

const downloads = () => askApp<DownloadItem[]>(desk.page, 'downloads.list');
const state = () => askApp<AccountsState>(desk.page, 'accounts.state');
const watchALittle = async () => {
  await desk.student.play(taken);
  const before = (await watchVideo(desk.page, 0)).toMs;
  await expect.poll(async () => (await watchVideo(desk.page, 200)).toMs, { timeout: 60_000 }).toBeGreaterThan(before + 2000);
  await desk.student.back();
};

test('without a keychain and without the line, after a restart the student still watches, and it is recorded and sent later', async () => {
  await desk.student.openCourse(course);
  await desk.page.getByRole('button', { name: new RegExp(`^Download ${taken}, 480p`) }).click();
  await expect(desk.page.getByRole('button', { name: new RegExp(`^${taken}: on this computer`) })).toBeVisible({ timeout: 60_000 });
  await desk.close();
  await world.line.cut();
  desk = await seat.sitDown();
  expect(await state()).toMatchObject({ student: { name: 'Demo student' }, authorised: false, tokenStorage: 'memory' });
  await expect(desk.student.banner).toContainText('Offline since', { timeout: 60_000 });
  await desk.student.openCourse(course);
  await watchALittle();
  await expect.poll(async () => (await belongingsIn(seat.folder)).outbox).not.toEqual([]);

  await world.line.resume();
  await expect(desk.student.banner).toContainText('Please sign in again', { timeout: 60_000 });
  await desk.page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(desk.page.getByRole('heading', { name: /^Sign in again, / })).toBeVisible();
  await album.take(desk.app, 'sign-in-again');
  await desk.page.getByLabel('Password').fill('learn-anywhere');
  await desk.page.keyboard.press('Enter');
  await expect(desk.page.getByRole('heading', { name: 'Home', level: 1 })).toBeVisible();
  await expect.poll(async () => (await belongingsIn(seat.folder)).outbox, { timeout: 60_000 }).toEqual([]);
});

test('a shared computer: Settings say so, it locks, main answers nothing behind the lock, and the PIN brings the student back where they were', async () => {
  await desk.student.go('Settings');
  await expect(desk.page.getByText('This computer has no keychain, so your sign-in is forgotten')).toBeVisible();
  await desk.page.getByRole('switch', { name: 'Several people use this computer' }).press('Space');
  await desk.page.getByRole('button', { name: 'Set a PIN' }).click();
  await desk.page.getByLabel('New PIN').fill('2468');
  await desk.page.keyboard.press('Enter');
  await expect(desk.page.getByText('Your PIN is set')).toBeVisible();
  // A neighbour at the open seat gets no further than the old one.
  await desk.page.getByRole('button', { name: 'Remove the PIN' }).click();
  await desk.page.getByLabel('The PIN you have').fill('9999');
  await desk.page.keyboard.press('Enter');
  await expect(desk.page.getByText('You can try 4 more times')).toBeVisible();
  await desk.page.getByRole('button', { name: 'Use your password instead' }).click();
  await desk.page.getByLabel('Password').fill('learn-anywhere');
  await desk.page.keyboard.press('Enter');
  await expect(desk.page.getByText('Your PIN is removed')).toBeVisible();
  await desk.page.getByRole('button', { name: 'Set a PIN' }).click();
  await desk.page.getByLabel('New PIN').fill('1357');
  await desk.page.keyboard.press('Enter');
  await desk.page.getByRole('button', { name: 'Change the PIN' }).click();
  await desk.page.getByLabel('The PIN you have').fill('1357');
  await desk.page.getByLabel('New PIN').fill('2468');
  await desk.page.keyboard.press('Enter');
  await expect(desk.page.getByRole('button', { name: 'Change the PIN' })).toBeVisible();

  await desk.page.getByRole('button', { name: /signed in$/ }).click();
  await desk.page.getByRole('menuitem', { name: 'Lock' }).click();
  await expect(desk.page.getByRole('heading', { name: /^Welcome back/ })).toBeVisible();
  await album.take(desk.app, 'locked');
  for (const [name, input] of [['catalog.view', undefined], ['progress.lessons', undefined], ['playback.open', { lessonId: 'what-a-packet-is' }], ['settings.set', { sharedComputer: false }], ['accounts.setPin', { pin: null, proof: { pin: '2468' } }]] as const) {
    await expect(askApp(desk.page, name, input), name).rejects.toThrow(/locked/);
  }
  const answer = await desk.page.evaluate(async () => (await fetch('app://teachify/media/poster/any')).status);
  expect(answer).toBe(404);
  // What the page still has in its hands is not looked at by who stands there.
  const tools = (open: boolean) => desk.app.evaluate(({ BrowserWindow }, wish) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents;
    if (wish) contents?.openDevTools({ mode: 'detach' });
    return contents?.isDevToolsOpened();
  }, open);
  await desk.app.evaluate(({ BrowserWindow }) => {
    Object.assign(globalThis, { toolsClosed: 0 });
    BrowserWindow.getAllWindows()[0]?.webContents.on('devtools-closed', () => void ((globalThis as unknown as { toolsClosed: number }).toolsClosed += 1));
  });
  await tools(true);
  await expect.poll(() => desk.app.evaluate(() => (globalThis as unknown as { toolsClosed: number }).toolsClosed)).toBe(1);
  expect(await tools(false)).toBe(false);
  await desk.page.getByLabel('Your PIN').fill('9999');
  await desk.page.keyboard.press('Enter');
  await expect(desk.student.alert).toContainText('You can try 4 more times');
  await desk.page.getByLabel('Your PIN').fill('2468');
  await desk.page.keyboard.press('Enter');
  await expect(desk.page.getByRole('heading', { name: 'Settings', level: 1 })).toBeVisible();
});

test('downloads go on behind the lock and nothing of them is told there; the student who is back sees them', async () => {
  await desk.student.go('Home');
  await desk.student.openCourse(course);
  await world.line.cut();
  await desk.page.getByRole('button', { name: new RegExp(`^Download ${next}, 480p`) }).click();
  await expect.poll(async () => (await downloads()).find(({ lessonTitle }) => lessonTitle === next)?.state, { timeout: 60_000 }).toBe('waiting');
  await desk.page.evaluate((names) => {
    const heard: string[] = [];
    Object.assign(globalThis, { heard });
    for (const name of names) window.teachify.on(name, () => void heard.push(name));
  }, Object.keys(events) as EventName[]);
  const heard = () => desk.page.evaluate(() => (globalThis as unknown as { heard: EventName[] }).heard.splice(0));
  const lock = async () => {
    await desk.page.getByRole('button', { name: /signed in$/ }).click();
    await desk.page.getByRole('menuitem', { name: 'Lock' }).click();
    await expect(desk.page.getByRole('heading', { name: /^Welcome back/ })).toBeVisible();
  };
  await lock();
  await heard();
  await world.line.resume();
  await expect.poll(() => readyIn(seat.folder), { timeout: 60_000 }).toHaveLength(2);
  expect((await heard()).filter((name) => !eventsWhileClosed.has(name))).toEqual([]);
  await desk.page.getByLabel('Your PIN').fill('2468');
  await desk.page.keyboard.press('Enter');
  await expect(desk.page.getByRole('button', { name: new RegExp(`^${next}: on this computer`) })).toBeVisible();
});

test('at the next start everybody chooses; after the PIN what is here plays without the line', async () => {
  await desk.close();
  await world.line.cut();
  desk = await seat.sitDown();
  await expect(desk.page.getByRole('heading', { name: 'Who is learning?' })).toBeVisible();
  await album.take(desk.app, 'choose');
  await desk.page.getByRole('button', { name: /Demo student/ }).click();
  await desk.page.getByLabel('Your PIN').fill('2468');
  await desk.page.keyboard.press('Enter');
  await expect(desk.page.getByRole('heading', { name: 'Home', level: 1 })).toBeVisible();
  await desk.student.openCourse(course);
  await watchALittle();
});

test('signing out says what stays, and leaves nothing that opens a lesson', async () => {
  await desk.student.go('Home');
  await desk.page.getByRole('button', { name: /signed in$/ }).click();
  await desk.page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(desk.page.getByText('is signed out')).toBeVisible();
  await expect(desk.page.getByText(/\d+ things? (is|are) not sent yet/)).toBeVisible();
  await album.take(desk.app, 'signed-out');
  const { files, outbox } = await belongingsIn(seat.folder);
  expect([Object.keys(files).length > 1, outbox.length > 0]).toEqual([true, true]);
  await desk.close();
});
