import type { AccountsState } from '../../../src/shared/contracts/accounts.ts';
import type { EndingLease } from '../../../src/shared/contracts/leases.ts';
import { failure, value, type Answers } from '../fixture-bridge.ts';
import type { Scene } from './scene.ts';
import { createSchool, download, knownStudent, shell, signedIn, signedOut, type School } from './school.ts';
import { everyDressing } from './start-scenes.ts';

const day = 24 * 60 * 60 * 1000;
const names = ['Amina Diallo', 'Bo', 'Demo Student', 'Ольга Петрова', 'سارة الحسن', 'Jan van der Berg'];

/** Several students on one computer, and leases that end. */
export const studentScenes: readonly Scene[] = [
  scene('students-choose', everyDressing, (words) => state(words, { ...signedOut, shared: true })),
  scene('students-locked', everyDressing, (words) => state(words, { ...signedIn, shared: true, locked: true })),
  scene(
    'students-wrong-pin',
    ['plain', 'zoomed', 'rtl'],
    (words) => ({ ...state(words, { ...signedIn, shared: true, locked: true }), ...failure('accounts.choose', 'wrong_pin', false, { attemptsLeft: 3 }) }),
    async ({ page }) => {
      await page.locator('input[type=password]').fill('1234');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').waitFor();
    },
  ),
  scene('students-no-pin', ['plain'], (words) => state(words, { ...signedIn, shared: true, locked: true }, false)),
  scene('students-menu', ['plain', 'zoomed', 'rtl'], (words) => state(words, signedIn), async ({ page }) => {
    await page.locator('.side-bar-foot button').last().click();
    await page.getByRole('menu').waitFor();
  }),
  scene('link-other-school', ['plain', 'small', 'zoomed', 'dark', 'rtl'], () => value('shell.takeLink', { link: { action: 'connect', serverUrl: 'https://learn.another-school.example/teachify' } }), async ({ page }) => {
    await page.locator('.notice').waitFor();
  }),
  scene('link-other-school-taken', ['plain', 'small', 'rtl'], () => value('shell.takeLink', { link: { action: 'connect', serverUrl: 'https://learn.another-school.example/teachify' } }), async ({ page }) => {
    await page.locator('.notice .button').first().click();
    await page.locator('.sign-in-form input').last().waitFor();
  }),
  scene('sign-in-again', ['plain', 'long'], (words) => state(words, { ...signedIn, authorised: false }), async ({ page }) => {
    await page.locator('.offline-banner button').click();
    await page.locator('input[type=password]').waitFor();
  }),
  scene('settings-shared', ['plain', 'zoomed', 'rtl'], (words, settings) => ({ ...state(words, { ...signedIn, shared: true }), ...value('settings.get', { ...settings, sharedComputer: true }) }), async ({ page }) => {
    await page.locator('.side-bar-list button').nth(4).click();
    await page.locator('.settings-student').scrollIntoViewIfNeeded();
    await page.locator('.settings-group').filter({ has: page.locator('.settings-student') }).getByRole('button').last().click();
    await page.locator('.settings-pin').scrollIntoViewIfNeeded();
  }),
  scene('settings-proxy', ['plain', 'zoomed', 'rtl'], () => value('shell.info', { ...shell, unreadableProxies: ['HTTP_PROXY', 'HTTPS_PROXY'] }), async ({ page }) => {
    await page.locator('.side-bar-list button').nth(4).click();
    await page.locator('.settings-group').last().scrollIntoViewIfNeeded();
  }),
  scene(
    'course-leases-ending',
    everyDressing,
    (_words, _settings, school) => ({
      ...value('connection.state', { status: 'offline', reason: 'offline', since: Date.now() - 3 * day }),
      ...value('downloads.list', [0, 1, 2].map((index) => download(school, index, { state: 'ready' }))),
      ...value('leases.ending', ([2 * day, day / 2, 0] as const).map((msLeft, index): EndingLease => ({ lessonId: school.lesson(index).id, msLeft, takenBack: index === 2 }))),
    }),
    async ({ page }) => {
      await page.locator('.course-card').first().click();
      await page.locator('.lesson-lease').first().waitFor();
    },
  ),
];

function state(words: (words: string) => string, base: AccountsState, hasPin = true): Answers {
  const students = names.map((name, index) => ({ ...knownStudent(`student-${index === 2 ? 1 : index + 10}`, words(name), hasPin), school: words('Teachify demo school') }));
  return value('accounts.state', { ...base, students });
}

type Answering = (words: (words: string) => string, settings: Parameters<Scene['set']>[1], school: School) => Answers;

function scene(id: string, dressings: Scene['dressings'], answers: Answering, play?: Scene['play']): Scene {
  return {
    id,
    dressings,
    set: (words, settings) => {
      const school = createSchool(words);
      return { answers: { ...school.answers, ...value('settings.get', settings), ...answers(words, settings, school) } };
    },
    play: async (stage) => {
      await stage.page.getByRole('heading', { level: 1 }).waitFor();
      await play?.(stage);
    },
  };
}
