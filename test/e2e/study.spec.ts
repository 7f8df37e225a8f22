import { expect, test } from '@playwright/test';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { askApp } from '../harness/ask-app.ts';
import { openWorld, type Desk, type World } from '../harness/world.ts';
import type { NoteView } from '../../src/shared/contracts/notes.ts';

// What one does with a lesson besides watching it, in the real app: search, write, take along.
const course = 'How the internet survives a bad line';
const lesson = 'What a packet is';
let world: World;
let folder = '';

test.beforeAll(async () => {
  world = await openWorld();
  folder = await mkdtemp(join(tmpdir(), 'teachify-notes-'));
});
test.afterAll(async () => {
  await world?.close();
  await rm(folder, { recursive: true, force: true });
});

test('without a line, a student finds what was said, opens it there, and writes notes that reach another computer later', async () => {
  const seat = await world.seat('study');
  const desk = await seat.sitDown();
  const { page, student } = desk;
  await student.signInAsDemo();
  await student.openCourse(course);
  await page.getByRole('button', { name: `Download ${lesson}` }).click();
  await expect(page.getByRole('button', { name: new RegExp(`^${lesson}: on this computer`) })).toBeVisible({ timeout: 60_000 });
  const lessonId = await idOf(desk);
  await world.line.cut();

  await page.getByRole('button', { name: 'Search', exact: true }).click();
  await page.getByLabel('Words that are said in a lesson').fill('packe');
  const line = page.locator('.search-line').last();
  await expect(line.locator('mark')).toContainText(/packet/i);
  const [minutes = 0, seconds = 0] = ((await line.locator('.search-time').textContent()) ?? '').split(':').map(Number);
  await line.click();
  await expect.poll(() => student.video.evaluate((video: HTMLVideoElement) => video.currentTime)).toBeGreaterThan(minutes * 60 + seconds);
  await expect.poll(() => isAwake(desk)).toBe(true);
  await page.keyboard.press('k');
  await expect.poll(() => isAwake(desk)).toBe(false);

  await page.keyboard.press('b');
  await expect(page.getByText(/^Bookmarked/)).toBeVisible();
  await page.keyboard.press('ArrowRight');
  if (!(await page.locator('.player-panel').isVisible())) await page.getByRole('button', { name: 'Lessons and transcript' }).click();
  await page.getByRole('tab', { name: 'Notes' }).click();
  await page.getByLabel('Write a note at this moment').fill('Ask what happens to a packet that is lost.');
  await page.getByRole('button', { name: 'Keep the note' }).click();
  await expect(page.locator('.note')).toHaveCount(2);
  const file = join(folder, 'notes.md');
  await desk.app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = async () => ({ canceled: false, filePath });
  }, file);
  await page.getByRole('button', { name: 'Save as a file' }).click();
  await expect(page.getByText('Your notes were saved')).toBeVisible();
  expect(await readFile(file, 'utf8')).toMatch(new RegExp(`^# ${course}\\n\\n## ${lesson}\\n\\n- \\*\\*\\d+:\\d\\d\\*\\*\\n- \\*\\*\\d+:\\d\\d\\*\\* Ask what happens to a packet that is lost\\.\\n$`));

  await world.line.resume();
  await desk.close();
  const again = await world.seat('elsewhere');
  const other = await again.sitDown();
  await other.student.signInAsDemo();
  const texts = async () => (await askApp<NoteView[]>(other.page, 'notes.list', { lessonId })).map(({ text }) => text);
  // What the first computer had not sent when it was closed waits there.
  const back = await seat.sitDown();
  await expect.poll(async () => (await askApp<{ waiting: number }>(back.page, 'progress.outbox')).waiting).toBe(0);
  await askApp(other.page, 'progress.sendNow');
  await expect.poll(texts).toEqual(['', 'Ask what happens to a packet that is lost.']);
});

test('what was typed of a note is there after the window was closed in the middle of it', async () => {
  const seat = await world.seat('half-written');
  const { app, page, student } = await seat.sitDown();
  await student.signInAsDemo();
  await student.openCourse(course);
  await student.play(lesson);
  await expect.poll(() => student.video.evaluate((video: HTMLVideoElement) => video.currentTime)).toBeGreaterThan(1);
  if (!(await page.locator('.player-panel').isVisible())) await page.getByRole('button', { name: 'Lessons and transcript' }).click();
  await page.getByRole('tab', { name: 'Notes' }).click();
  const ended = app.waitForEvent('close');
  // In one breath, with the button of the window.
  await page.getByLabel('Write a note at this moment').fill('Why is a packet so sm');
  // The app may be gone before it has answered.
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close()).catch(() => undefined);
  await ended;
  const back = await seat.sitDown();
  const { accountId } = await askApp<{ accountId: string }>(back.page, 'accounts.state');
  expect(await askApp(back.page, 'notes.drafts', { of: accountId })).toMatchObject([{ noteId: null, text: 'Why is a packet so sm' }]);
});

async function isAwake({ app }: Desk): Promise<boolean> {
  return app.evaluate(({ powerSaveBlocker }) => Array.from({ length: 20 }, (_, id) => id).some((id) => powerSaveBlocker.isStarted(id)));
}

async function idOf({ page }: Desk): Promise<string> {
  const { courses } = await askApp<{ courses: { lessons: { id: string; title: string }[] }[] }>(page, 'catalog.view');
  const id = courses.flatMap(({ lessons }) => lessons).find(({ title }) => title === lesson)?.id;
  if (id === undefined) throw new Error(`No lesson is called ${lesson}`);
  return id;
}
