import { failure, pending, value } from '../fixture-bridge.ts';
import type { ErrorCode } from '../../../src/shared/errors.ts';
import type { Dressing } from './dressings.ts';
import type { Scene } from './scene.ts';
import { createSchool, shell, signedOut } from './school.ts';

export const everyDressing: readonly Dressing['id'][] = ['plain', 'small', 'zoomed', 'dark', 'contrast', 'rtl', 'long'];

/** Before a student is in: sign-in with what can go wrong, and the app that could not start. */
export const startScenes: readonly Scene[] = [
  { id: 'sign-in', dressings: everyDressing, set: (words, settings) => signIn(words, settings) },
  ...(['wrong_credentials', 'unreachable', 'captive_portal', 'clock_wrong', 'tls_failed'] as const).map(refused),
  {
    id: 'sign-in-no-keyring-no-demo',
    dressings: ['plain', 'zoomed'],
    set: (words, settings) => {
      const set = signIn(words, settings);
      return { answers: { ...set.answers, ...value('accounts.state', { ...signedOut, signInServer: { ...signedOut.server, demo: null }, tokenStorage: 'memory' }) } };
    },
    play: async ({ page }) => {
      await page.getByRole('button', { name: 'Change' }).click();
      await page.getByLabel('Server address').fill('my school');
      await page.getByRole('button', { name: 'Use this server' }).click();
      await page.getByText('Type an address such as').waitFor();
    },
  },
  {
    id: 'sign-in-not-encrypted',
    dressings: ['plain', 'zoomed', 'rtl'],
    set: (words, settings) => ({ answers: { ...signIn(words, settings).answers, ...failure('accounts.checkServer', 'not_encrypted', false) } }),
    play: async ({ page }) => {
      await page.locator('.sign-in-server button').click();
      await page.locator('.sign-in-sheet form').last().locator('input').fill('http://school.example');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').waitFor();
    },
  },
  {
    id: 'sign-in-browser-waiting',
    dressings: ['plain', 'small', 'zoomed', 'dark', 'rtl'],
    set: (words, settings) => {
      const { answers } = signIn(words, settings);
      const signInServer = { ...signedOut.server, name: words(signedOut.server.name ?? ''), browser: true };
      return { answers: { ...answers, ...value('accounts.state', { ...signedOut, signInServer }), ...pending('accounts.signInByBrowser'), ...value('accounts.stopBrowserSignIn', undefined) } };
    },
    play: async ({ page }) => {
      await page.locator('.sign-in-sheet > button').first().click();
      // The sentence that says what is waited for, and the button that ends the waiting.
      await page.locator('.sign-in-sheet > p[role=status] + button').waitFor();
    },
  },
  problem('database_damaged'),
  problem('data_folder_in_use'),
];

function signIn(words: (words: string) => string, settings: Parameters<Scene['set']>[1]) {
  const name = words(signedOut.server.name ?? '');
  return {
    answers: {
      ...createSchool(words).answers,
      ...value('settings.get', settings),
      ...value('accounts.state', { ...signedOut, signInServer: { ...signedOut.server, name } }),
    },
  };
}

function refused(code: ErrorCode): Scene {
  return {
    id: `sign-in-${code}`,
    dressings: code === 'captive_portal' ? ['plain', 'zoomed', 'dark'] : ['plain'],
    set: (words, settings) => ({ answers: { ...signIn(words, settings).answers, ...failure('accounts.signIn', code) } }),
    play: async ({ page }) => {
      await page.getByRole('button', { name: 'Fill in' }).click();
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('alert').waitFor();
    },
  };
}

function problem(code: ErrorCode): Scene {
  const startupProblem = { code, message: 'database disk image is malformed', retryable: false };
  return {
    id: `start-${code}`,
    dressings: ['plain', 'zoomed', 'dark', 'rtl'],
    set: (words, settings) => ({
      answers: { ...createSchool(words).answers, ...value('settings.get', settings), ...value('shell.info', { ...shell, startupProblem }) },
    }),
  };
}
