import { expect, test } from '@playwright/test';
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openWorld, type Desk, type World } from '../harness/world.ts';

// What a teacher attaches, from the school's command line to a file on a student's computer without a line.
const course = 'How the internet survives a bad line';
const lesson = 'What a packet is';
const lessonId = 'what-a-packet-is';
const handout = Buffer.concat([Buffer.from('%PDF-1.7\n'), randomBytes(200_003)]);
const picture = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), randomBytes(999)]);
let world: World;
let folder = '';

test.beforeAll(async () => {
  world = await openWorld();
  folder = await mkdtemp(join(tmpdir(), 'teachify-attachments-'));
  const files = [
    [join(folder, 'Handout 1.pdf'), handout],
    [join(folder, 'nul.png'), picture],
  ] as const;
  for (const [file, bytes] of files) await writeFile(file, bytes);
  const main = join(import.meta.dirname, '../../src/server/main.ts');
  await promisify(execFile)(process.execPath, [main, 'lesson', 'attach', lessonId, ...files.map(([file]) => file), '--data', world.server.folder]);
  await mkdir(join(folder, 'saved'));
});
test.afterAll(async () => {
  await world?.close();
  await rm(folder, { recursive: true, force: true });
});

test('without a line, a student sees a lesson’s files and saves copies that are what the teacher attached', async () => {
  const seat = await world.seat('attachments');
  const desk = await seat.sitDown();
  const { page, student } = desk;
  await student.signInAsDemo();
  await student.openCourse(course);
  await page.getByRole('button', { name: `Download ${lesson}` }).click();
  await expect(page.getByRole('button', { name: new RegExp(`^${lesson}: on this computer`) })).toBeVisible({ timeout: 60_000 });
  await world.line.cut();
  await student.play(lesson);
  if (!(await page.locator('.player-panel').isVisible())) await page.getByRole('button', { name: 'Lessons and transcript' }).click();
  await page.getByRole('tab', { name: 'Files' }).click();
  await expect(page.locator('.file')).toHaveCount(2);
  await expect(page.locator('.file').first()).toContainText(/Handout 1\.pdf\s*PDF, 200 kB/);
  // A name that is a device on Windows.
  await expect(page.locator('.file').last()).toContainText('_nul.png');

  const save = (name: string) => page.getByRole('button', { name: `Save a copy of ${name}…` }).click();
  const first = join(folder, 'saved', 'mine.pdf');
  await answerDialog(desk, first);
  await save('Handout 1.pdf');
  await expect(page.getByText('The copy was saved')).toBeVisible();
  expect((await readFile(first)).equals(handout)).toBe(true);
  expect(await offeredName(desk)).toBe('Handout 1.pdf');

  await noteShown(desk);
  await page.getByRole('button', { name: 'Show it' }).click();
  await expect.poll(() => shown(desk)).toEqual([first]);

  const second = join(folder, 'saved', 'packet.png');
  await answerDialog(desk, second);
  await save('_nul.png');
  // The word about the first copy may stand there still.
  await expect.poll(() => readFile(second).catch(() => null)).not.toBeNull();
  expect((await readFile(second)).equals(picture)).toBe(true);
  await expect(page.getByText('The copy was saved')).toBeVisible();
  expect(await offeredName(desk)).toBe('_nul.png');
  await desk.close();
  await world.line.resume();
});

test('a place that cannot be written to, and a student who thinks better of it, leave everything as it was', async () => {
  const seat = await world.seat('attachments-refused');
  const desk = await seat.sitDown();
  const { page, student } = desk;
  await student.signInAsDemo();
  await student.openCourse(course);
  await student.play(lesson);
  if (!(await page.locator('.player-panel').isVisible())) await page.getByRole('button', { name: 'Lessons and transcript' }).click();
  await page.getByRole('tab', { name: 'Files' }).click();
  const before = await readdir(join(folder, 'saved'));
  const save = page.getByRole('button', { name: 'Save a copy of Handout 1.pdf…' });
  await answerDialog(desk, null);
  await save.click();
  await expect.poll(() => offeredName(desk)).toBe('Handout 1.pdf');
  await expect(save).toBeEnabled();
  await expect(page.locator('.notice')).toHaveCount(0);

  // A folder stands where the file should go.
  await answerDialog(desk, join(folder, 'saved'));
  await save.click();
  await expect(page.getByText('The file could not be saved there')).toBeVisible();
  expect(await readdir(join(folder, 'saved'))).toEqual(before);
  expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([]);
  await desk.close();
});

interface Told {
  told?: { offered: string; shown: string[] };
}

/** What the system's dialog answers from now on; null for "cancel". */
function answerDialog({ app }: Desk, filePath: string | null): Promise<void> {
  return app.evaluate(({ dialog }, path) => {
    const told = ((globalThis as Told).told ??= { offered: '', shown: [] });
    told.offered = '';
    dialog.showSaveDialog = (async (...args: unknown[]) => {
      const { defaultPath = '' } = args.at(-1) as { defaultPath?: string };
      told.offered = defaultPath.split(/[\\/]/).at(-1) ?? '';
      return path === null ? { canceled: true, filePath: '' } : { canceled: false, filePath: path };
    }) as typeof dialog.showSaveDialog;
  }, filePath);
}

function offeredName({ app }: Desk): Promise<string> {
  return app.evaluate(() => (globalThis as Told).told?.offered ?? '');
}

function noteShown({ app }: Desk): Promise<void> {
  return app.evaluate(({ shell }) => {
    shell.showItemInFolder = (path) => void (globalThis as Told).told?.shown.push(path);
  });
}

function shown({ app }: Desk): Promise<string[]> {
  return app.evaluate(() => (globalThis as Told).told?.shown ?? []);
}
