import { expect, test } from '@playwright/test';
import type { DownloadItem } from '../../../src/shared/contracts/downloads.ts';
import { errorCodes } from '../../../src/shared/errors.ts';
import { defaultSettings } from '../../../src/shared/models/settings.ts';
import { createSchool, download, signedOut } from '../../harness/screens/school.ts';
import { failure, value, type Answers } from '../../harness/fixture-bridge.ts';
import { stageOfFile } from '../../harness/screens/stage-of-file.ts';

// The screens around the player over a bridge of fixtures: what a press asks of main, and what an announcement changes.
const school = createSchool();
const stage = stageOfFile();

test('the demo student is filled in and signed in', async () => {
  await show({ ...value('accounts.state', signedOut), ...failure('accounts.signIn', 'wrong_credentials', false) });
  const { page } = stage;
  await page.getByRole('button', { name: 'Fill in' }).click();
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert')).toContainText('do not fit together');
  await expect(page.getByLabel('E-mail')).toHaveValue('demo@teachify.example');
  expect(await asked('accounts.signIn')).toEqual([{ email: 'demo@teachify.example', password: 'learn-anywhere' }]);
});

test('another server is asked who it is before it is taken', async () => {
  await show({ ...value('accounts.state', signedOut), ...failure('accounts.checkServer', 'captive_portal') });
  const { page } = stage;
  await page.getByRole('button', { name: 'Change' }).click();
  await page.getByLabel('Server address').fill('https://school.example');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toContainText('This network wants you to log in first');
  expect(await asked('accounts.checkServer')).toEqual([{ serverUrl: 'https://school.example' }]);
});

test('a lesson is taken home in the chosen quality, paused and gone on with', async () => {
  await show({});
  const { page } = stage;
  await openCourse();
  await page.getByRole('button', { name: /^Download Four chambers, two circles, 480p/ }).click();
  await expect.poll(() => asked('downloads.add')).toEqual([{ lessonIds: [school.lesson(0).id], quality: '480p' }]);
  await stage.announce('downloads.changed', { whole: true, items: [download(school, 0, { state: 'running' })], removed: [] });
  await page.getByRole('button', { name: /^Pause the download of Four/ }).click();
  await stage.announce('downloads.changed', { whole: true, items: [download(school, 0, { state: 'paused' })], removed: [] });
  await page.getByRole('button', { name: /^Go on downloading Four/ }).click();
  const { id: lessonId } = school.lesson(0);
  await expect.poll(() => asked('downloads.resume')).toEqual([{ lessonId }]);
  expect(await asked('downloads.pause')).toEqual([{ lessonId }]);
});

test('a course is taken home whole, in the quality chosen there', async () => {
  await show(value('downloads.list', [download(school, 0, { state: 'ready' })]));
  const { page } = stage;
  await openCourse();
  await page.getByRole('button', { name: /Download quality/ }).click();
  await page.getByRole('option', { name: '360p' }).click();
  await page.getByRole('button', { name: /^Download all, 71 MB/ }).click();
  await expect.poll(() => asked('downloads.add')).toEqual([{ lessonIds: [1, 2, 3, 4, 5].map((index) => school.lesson(index).id), quality: '360p' }]);
});

test('a quality that plays until another one is here is on this computer, on every screen', async () => {
  const { id, title } = school.lesson(0);
  await show({
    ...value('downloads.list', [download(school, 0, { state: 'running', previous: '360p' })]),
    ...value('connection.state', { status: 'offline', reason: 'offline', since: 0 }),
    ...failure('playback.open', 'not_on_this_computer'),
  });
  const { page } = stage;
  await expect(page.locator('.course-card').first()).toContainText('1 lesson on this computer');
  await expect(page.locator('.lesson-tile')).toContainText(title);
  await page.keyboard.press('Alt+2');
  await expect(page.getByRole('article', { name: title })).toContainText('360p is here and plays');
  await page.keyboard.press('Alt+1');
  await openCourse();
  await expect(page.locator('.course-head')).toContainText('1 lesson on this computer');
  const row = page.getByRole('article', { name: title });
  await expect(row).toContainText('360p is here and plays');
  await expect(row).not.toContainText('Needs a connection');
  // What the lesson list of another lesson offers instead of one that is not here.
  await page.getByRole('button', { name: /^Play Valves/ }).click();
  await expect(page.getByRole('button', { name: title, exact: true })).toBeVisible();
  await stage.announce('downloads.changed', { whole: false, items: [download(school, 0, { lessonId: id, state: 'running', previous: null })], removed: [] });
  await expect(page.getByRole('button', { name: title, exact: true })).toBeHidden();
});

test('removing can be undone, and is done when it is not', async () => {
  await show(value('downloads.list', [download(school, 0, { state: 'ready' }), download(school, 1, { state: 'ready' })]));
  const { page } = stage;
  await page.keyboard.press('Alt+2');
  await page.getByRole('button', { name: 'Remove Four chambers, two circles' }).click();
  await expect(page.getByRole('article', { name: 'Four chambers, two circles' })).toBeHidden();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByRole('article', { name: 'Four chambers, two circles' })).toBeVisible();
  expect(await asked('downloads.remove')).toEqual([]);
  await page.getByRole('button', { name: /^Remove Valves/ }).click();
  await expect.poll(() => asked('downloads.remove')).toMatchObject([{ lessonId: school.lesson(1).id }]);
});

test('all that is here of a course is removed at once, and can be undone at once', async () => {
  await show(value('downloads.list', [download(school, 0, { state: 'ready' }), download(school, 1, { state: 'paused' })]));
  const { page } = stage;
  await openCourse();
  const remove = page.getByRole('button', { name: /^Remove from this computer, / });
  await remove.click();
  await expect(remove).toBeHidden();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(remove).toBeVisible();
  expect(await asked('downloads.removeMany')).toEqual([]);
  await remove.click();
  await expect.poll(() => asked('downloads.removeMany')).toMatchObject([{ lessonIds: [0, 1].map((index) => school.lesson(index).id) }]);
});

test('a lesson counts as not watched at the student’s word, also one that is not here, and undoing takes the word back', async () => {
  const { id, title } = school.lesson(0);
  const watched = { lessonId: id, timelineId: 'chambers-1', ranges: [[0, 60_000]] as [number, number][], percent: 25, done: false, positionMs: 60_000, watchedMs: 60_000, updatedAt: 1 };
  await show({ ...value('progress.lessons', [watched]), ...value('progress.startAnew', { ...watched, ranges: [], percent: 0, positionMs: 0, watchedMs: 0 }) });
  const { page } = stage;
  await openCourse();
  const bar = page.getByRole('img', { name: `25% of ${title} watched` });
  const forget = async () => {
    await page.getByRole('button', { name: `More for ${title}` }).click();
    await page.getByRole('menuitem', { name: 'Count as not watched' }).click();
    await expect(bar).toBeHidden();
  };
  await forget();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(bar).toBeVisible();
  expect(await asked('progress.startAnew')).toEqual([]);
  await forget();
  await expect.poll(() => asked('progress.startAnew')).toMatchObject([{ timelineId: 'chambers-1' }]);
  await expect(page.getByRole('button', { name: `More for ${title}` })).toBeHidden();
});

test('a lesson that is opened while it could still be undone is watched anew, not for the round of before', async () => {
  const watched = { lessonId: school.lesson(0).id, timelineId: 'chambers-1', ranges: [[0, 60_000]] as [number, number][], percent: 25, done: false, positionMs: 60_000, watchedMs: 60_000, updatedAt: 1 };
  await show({
    ...value('progress.lessons', [watched]),
    ...value('progress.startAnew', { ...watched, ranges: [], percent: 0, positionMs: 0, watchedMs: 0 }),
    ...failure('playback.open', 'not_found', false),
  });
  const { page } = stage;
  await openCourse();
  await page.getByRole('button', { name: `More for ${school.lesson(0).title}` }).click();
  await page.getByRole('menuitem', { name: 'Count as not watched' }).click();
  await page.getByRole('button', { name: /^Play Four/ }).click();
  await expect.poll(() => asked('playback.open')).toHaveLength(1);
  const calls = (await stage.calls()).map(({ name }) => name).filter((name) => name === 'progress.startAnew' || name === 'playback.open');
  expect(calls).toEqual(['progress.startAnew', 'playback.open']);
});

test('the line going and coming is said, with what waits', async () => {
  await show({});
  const { page } = stage;
  await page.getByRole('heading', { level: 1 }).waitFor();
  await stage.announce('connection.changed', { status: 'offline', reason: 'unreachable', since: Date.now() });
  await stage.announce('progress.outboxChanged', { waiting: 3, parked: 0, lastSentAt: null, lastSentAgoMs: null, items: [] });
  const banner = page.getByRole('status').filter({ hasText: 'Offline since' });
  await expect(banner).toContainText("The school's server does not answer");
  await expect(banner).toContainText('3 things will be sent later');
  await stage.announce('connection.changed', { status: 'online', reason: null, since: Date.now() });
  await expect(banner).toBeHidden();
  await expect(page.getByText('You are back online')).toBeVisible();
});

test('a failure of what was asked is said and nothing changes', async () => {
  await show(failure('downloads.add', 'disk_full', false));
  await openCourse();
  await stage.page.getByRole('button', { name: /^Download Four/ }).click();
  await expect(stage.page.locator('.notice')).toContainText("This computer's disk is full");
});

test('theme and language change at once and are kept', async () => {
  await show({});
  const { page } = stage;
  await page.keyboard.press('Alt+4');
  await page.getByRole('button', { name: /^(?=.*Colours)/ }).click();
  await page.getByRole('option', { name: 'Dark' }).click();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await page.getByRole('button', { name: /^(?=.*Language)/ }).click();
  await page.getByRole('option', { name: 'العربية' }).click();
  await expect(page.locator('html')).toHaveAttribute('dir', 'rtl');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('الإعدادات');
  await expect.poll(() => asked('settings.set')).toEqual([{ theme: 'dark' }, { language: 'ar' }]);
});

test('a damaged database is repaired on request', async () => {
  const startupProblem = { code: 'database_damaged' as const, message: 'malformed', retryable: false };
  await show({
    ...value('shell.info', { version: '0', electron: '0', chromium: '0', platform: 'test', locale: 'en', startupProblem, unreadableProxies: [] }),
    ...value('shell.repairDatabase', undefined),
  });
  await stage.page.getByRole('button', { name: 'Repair and start' }).click();
  await expect(stage.page.getByRole('button', { name: 'Repaired. Starting…' })).toBeVisible();
  expect(await asked('shell.repairDatabase')).toHaveLength(1);
});

test('thousands of downloads are a list of a few dozen rows in the document, and can be scrolled to the end', async () => {
  const items = Array.from({ length: 3000 }, (_, index) => ({
    ...download(school, index % 13, { state: 'queued', position: index }),
    lessonId: `lesson-${index}`,
    lessonTitle: `Lesson ${index}`,
  }));
  await show(value('downloads.list', items));
  const { page } = stage;
  await page.keyboard.press('Alt+2');
  await expect(page.getByRole('article', { name: 'Lesson 0', exact: true })).toBeVisible();
  expect(await page.getByRole('article').count()).toBeLessThan(60);
  // Rows that are not measured yet are taken to be as high as they will be, or the list would grow under one's hand.
  const wrongBy = () => page.getByRole('list', { name: 'Under way' }).evaluate((element) => Math.abs(element.getBoundingClientRect().height / 3000 - (element.querySelector('li')?.getBoundingClientRect().height ?? 0)));
  for (const width of [1280, 900]) {
    await stage.resize(width, 700);
    await expect.poll(wrongBy).toBeLessThan(0.1);
  }
  const end = page.getByRole('article', { name: 'Lesson 2999', exact: true });
  for (let step = 0; step < 40 && !(await end.isVisible()); step++) {
    await page.locator('#content').evaluate((element) => element.scrollBy({ top: 100_000, behavior: 'instant' }));
  }
  await expect(end).toBeVisible();
});

for (const [width, height, language] of [[1280, 800, 'en'], [900, 600, 'en'], [1280, 800, 'ar']] as const) {
  test(`a row of the queue is as high whatever is said in it, ${width} wide, ${language}`, async () => {
    const rows = [0, 1, 2].map((index) => download(school, index, { state: 'queued', position: index, bytesDone: 3_000_000 }));
    await stage.resize(width, height);
    await show({ ...value('downloads.list', rows), ...value('settings.get', { ...defaultSettings, language }) });
    const { page } = stage;
    await page.keyboard.press('Alt+2');
    await expect(page.getByRole('article')).toHaveCount(3);
    const first = rows[0] as DownloadItem;
    const standings = [
      { state: 'queued' as const },
      { state: 'running' as const, bytesPerSecond: 1_234_567, etaSeconds: 4_000 },
      { state: 'running' as const, bytesPerSecond: 0, etaSeconds: null, updating: true },
      { state: 'running' as const, bytesPerSecond: 1_234_567, etaSeconds: 4_000, previous: '360p' as const },
      { state: 'paused' as const },
      { state: 'failed' as const, reason: 'disk_denied' as const },
      ...errorCodes.map((reason) => ({ state: 'waiting' as const, reason })),
    ];
    const seen = new Map<string, string[]>();
    for (const standing of standings) {
      await stage.announce('downloads.changed', { whole: false, items: [{ ...first, ...standing }], removed: [] });
      const tops = await page.evaluate(topsAfterDrawing);
      seen.set(tops.join(), [...(seen.get(tops.join()) ?? []), `${standing.state} ${'reason' in standing ? standing.reason : ''}`]);
    }
    expect([...seen.values()].slice(1)).toEqual([]);
  });
}

/** Where each row of a list begins, once what was announced is on the screen and measured. */
async function topsAfterDrawing(): Promise<number[]> {
  for (let frame = 0; frame < 2; frame++) await new Promise((resolve) => requestAnimationFrame(resolve));
  return [...document.querySelectorAll('.screen-page li[data-index]')].map((row) => Math.round(row.getBoundingClientRect().top));
}

async function show(answers: Answers): Promise<void> {
  await stage.show({ ...school.answers, ...answers });
  await stage.page.getByRole('heading', { level: 1 }).waitFor();
}

async function openCourse(): Promise<void> {
  await stage.page.getByRole('button', { name: 'How the heart works' }).click();
  await stage.page.getByRole('button', { name: /^Play Four/ }).waitFor();
}

async function asked(name: string): Promise<unknown[]> {
  return (await stage.calls()).filter((call) => call.name === name).map(({ input }) => input);
}
