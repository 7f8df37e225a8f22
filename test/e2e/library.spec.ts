import { expect, test } from '@playwright/test';
import { createSchool, download, signedOut } from '../harness/screens/school.ts';
import { failure, value, type Answers } from '../harness/fixture-bridge.ts';
import { openStage, type Stage } from '../harness/screens/stage.ts';

// The screens around the player over a bridge of fixtures: what a press asks of main, and what an announcement changes.
const school = createSchool();
let stage: Stage;

test.beforeAll(async () => {
  stage = await openStage();
});
test.afterAll(async () => stage.close());
test.afterEach(() => expect(stage.troubles).toEqual([]));

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
  expect(await asked('downloads.add')).toEqual([{ lessonIds: [school.lesson(0).id], quality: '480p' }]);
  await stage.announce('downloads.changed', [download(school, 0, { state: 'running' })]);
  await page.getByRole('button', { name: /^Pause the download of Four/ }).click();
  await stage.announce('downloads.changed', [download(school, 0, { state: 'paused' })]);
  await page.getByRole('button', { name: /^Go on downloading Four/ }).click();
  expect(await asked('downloads.pause')).toEqual(await asked('downloads.resume'));
});

test('a course is taken home whole, in the quality chosen there', async () => {
  await show(value('downloads.list', [download(school, 0, { state: 'ready' })]));
  const { page } = stage;
  await openCourse();
  await page.getByRole('button', { name: /Download quality/ }).click();
  await page.getByRole('option', { name: '360p' }).click();
  await page.getByRole('button', { name: /^Download all, 71 MB/ }).click();
  expect(await asked('downloads.add')).toEqual([{ lessonIds: [1, 2, 3, 4, 5].map((index) => school.lesson(index).id), quality: '360p' }]);
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
  await expect.poll(() => asked('downloads.remove')).toEqual([{ lessonId: school.lesson(1).id }]);
});

test('the line going and coming is said, with what waits', async () => {
  await show({});
  const { page } = stage;
  await page.getByRole('heading', { level: 1 }).waitFor();
  await stage.announce('connection.changed', { status: 'offline', reason: 'unreachable', since: Date.now() });
  await stage.announce('progress.outboxChanged', { waiting: 3, parked: 0, lastSentAt: null, items: [] });
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
  expect(await asked('settings.set')).toEqual([{ theme: 'dark' }, { language: 'ar' }]);
});

test('a damaged database is repaired on request', async () => {
  const startupProblem = { code: 'database_damaged' as const, message: 'malformed', retryable: false };
  await show({
    ...value('shell.info', { version: '0', electron: '0', chromium: '0', platform: 'test', locale: 'en', startupProblem }),
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
  const end = page.getByRole('article', { name: 'Lesson 2999', exact: true });
  for (let step = 0; step < 40 && !(await end.isVisible()); step++) {
    await page.locator('#content').evaluate((element) => element.scrollBy({ top: 100_000, behavior: 'instant' }));
  }
  await expect(end).toBeVisible();
});

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
