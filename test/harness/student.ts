import { expect, type Locator, type Page } from '@playwright/test';
import { wakeControls } from './wake-controls.ts';

/** What a student does, by the words and roles a student meets. */
export interface Student {
  readonly page: Page;
  signIn(email: string, password: string): Promise<void>;
  /** By the button that fills in the demo student. */
  signInAsDemo(): Promise<void>;
  go(place: 'Home' | 'Downloads' | 'Activity' | 'Settings'): Promise<void>;
  openCourse(title: string): Promise<void>;
  /** From a course's page or from Home. */
  play(lesson: string): Promise<void>;
  /** Leaves the player or a course. */
  back(): Promise<void>;
  /** To a share of the lesson, by a click on the bar. */
  seekTo(share: number): Promise<void>;
  readonly banner: Locator;
  readonly video: Locator;
  /** The trouble a form or a screen speaks of. */
  readonly alert: Locator;
}

export function studentAt(page: Page): Student {
  const press = (name: string | RegExp, exact = true) => page.getByRole('button', { name, ...(typeof name === 'string' ? { exact } : {}) }).click();
  return {
    page,
    signIn: async (email, password) => {
      await page.getByLabel('E-mail').fill(email);
      await page.getByLabel('Password').fill(password);
      await press('Sign in');
    },
    signInAsDemo: async () => {
      await press('Fill in');
      await press('Sign in');
      await expect(page.getByRole('heading', { name: 'Home', level: 1 })).toBeVisible();
    },
    go: async (place) => {
      await page.getByRole('navigation', { name: 'Main' }).getByRole('button', { name: new RegExp(`^${place}`) }).click();
      await expect(page.getByRole('heading', { name: place, level: 1 })).toBeVisible();
    },
    openCourse: async (title) => {
      await press(title);
      await expect(page.getByRole('heading', { name: title, level: 1 })).toBeAttached();
    },
    play: async (lesson) => {
      await press(`Play ${lesson}`);
      await expect(page.getByRole('main', { name: 'Player' })).toBeVisible();
      await expect(page.locator('video')).toBeAttached();
    },
    back: async () => {
      await wakeControls(page);
      await press('Back');
    },
    seekTo: async (share) => {
      await wakeControls(page);
      const track = page.locator('.seek-track');
      const box = await track.boundingBox();
      if (!box) throw new Error('The bar is not drawn');
      // Waits until the bar is really there to take it: a click while it comes back into view would pause the video.
      await track.click({ position: { x: box.width * share, y: box.height / 2 } });
    },
    banner: page.locator('.offline-banner'),
    video: page.locator('video'),
    alert: page.getByRole('alert'),
  };
}
