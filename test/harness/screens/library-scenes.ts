import { failure, pending, value, type Answers } from '../fixture-bridge.ts';
import type { Bridge } from '../../../src/shared/contracts/bridge.ts';
import type { DownloadItem } from '../../../src/shared/contracts/downloads.ts';
import type { Settings } from '../../../src/shared/models/settings.ts';
import type { Scene } from './scene.ts';
import { createSchool, download, storage, watched, type School } from './school.ts';
import { everyDressing } from './start-scenes.ts';
import type { Stage } from './stage.ts';

const minute = 60_000;

/** Home, course, downloads, activity and settings, from nothing to a busy week. */
export const libraryScenes: readonly Scene[] = [
  scene('home-new', ['plain', 'zoomed', 'rtl'], () => ({})),
  scene('home', everyDressing, (school) => busy(school)),
  scene('home-loading', ['plain', 'dark'], () => ({ ...pending('catalog.view') })),
  scene('home-offline', everyDressing, (school) => ({ ...busy(school), ...offline }), (stage) => stage.page.locator('.offline-banner').waitFor()),
  scene('home-offline-nothing', ['plain', 'zoomed'], () => offline),
  scene('home-unreachable', ['plain'], (school) => ({ ...busy(school), ...failure('catalog.refresh', 'server_error') })),
  scene('home-no-courses', ['plain'], () => value('catalog.view', { courses: [], refreshedAt: Date.now() })),
  scene('connection-panel', ['plain', 'zoomed', 'dark'], (school) => ({ ...busy(school), ...offline }), async ({ page }) => {
    await page.getByRole('button', { name: /^Connection/ }).click();
    await page.getByRole('button', { name: 'Check now' }).waitFor();
  }),
  scene('shortcuts', ['plain', 'zoomed', 'dark', 'rtl'], (school) => busy(school), async ({ page }) => {
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
  }),
  scene('course', everyDressing, (school) => busy(school), openCourse),
  scene('course-menu', ['plain'], (school) => busy(school), async (stage) => {
    await openCourse(stage);
    await stage.page.getByRole('button', { name: /on this computer in 480p/ }).first().click();
    await stage.page.getByRole('menu').waitFor();
  }),
  scene('course-other-quality', ['plain', 'zoomed', 'rtl'], (school) => value('downloads.list', [download(school, 0, { state: 'running', previous: '360p' })]), async (stage) => {
    await openCourse(stage);
    await stage.page.locator('.lesson-row').first().locator('button[aria-haspopup]').click();
    await stage.page.getByRole('menu').waitFor();
  }),
  scene('downloads-other-quality', ['plain', 'zoomed', 'rtl'], (school) => value('downloads.list', [download(school, 0, { state: 'running', previous: '360p' })]), openDownloads),
  scene('course-no-room', ['plain', 'zoomed'], (school) => ({
    ...value('downloads.storage', { ...storage(school.catalog.courses, 0), freeBytes: 60e6, roomBytes: 60e6 }),
  }), openCourse),
  scene('downloads', everyDressing, (school) => busy(school), openDownloads),
  scene('downloads-empty', ['plain', 'zoomed'], () => ({}), openSection(2)),
  scene('downloads-many', ['plain'], (school) => value('downloads.list', thousands(school)), openSection(2)),
  scene('activity-waiting', everyDressing, (school) => ({ ...busy(school), ...offline }), openSection(3)),
  scene('activity-nothing', ['plain', 'zoomed'], () => ({}), openSection(3)),
  scene('activity-parked', ['plain', 'dark'], (school) => value('progress.outbox', parked(school)), openSection(3)),
  scene('search', everyDressing, (school) => value('transcripts.search', said(school)), async (stage) => {
    await openSection(1)(stage);
    await stage.page.locator('.search-field input').fill('oxyg');
    await stage.page.locator('.search-line').first().waitFor();
  }),
  scene('search-nothing', ['plain', 'zoomed'], () => ({}), openSection(1)),
  scene('settings', everyDressing, () => ({}), openSection(4)),
];

const offline: Answers = value('connection.state', { status: 'offline', reason: 'offline', since: Date.now() - 47 * minute });

function scene(id: string, dressings: Scene['dressings'], answers: (school: School) => Answers, play?: (stage: Stage) => Promise<void>): Scene {
  return {
    id,
    dressings,
    set: (words: (words: string) => string, settings: Settings) => {
      const school = createSchool(words);
      return { answers: { ...school.answers, ...value('settings.get', settings), ...answers(school) } };
    },
    play: async (stage) => {
      await (play ?? settled)(stage);
    },
  };
}

/** A student in the middle of things: every state a download can have, lessons half and wholly watched, something to send. */
function busy(school: School): Answers {
  return {
    ...value('downloads.list', everyState(school)),
    ...value('downloads.storage', storage(school.catalog.courses, 1)),
    ...value('progress.lessons', [
      watched(school, 0, [[0, 0.97]], 90),
      watched(school, 1, [[0, 0.2], [0.35, 0.6]], 12),
      watched(school, 6, [[0, 1]], 3000),
      watched(school, 7, [[0, 0.4]], 2000),
    ]),
    ...value('progress.outbox', {
      waiting: 3,
      parked: 0,
      lastSentAt: Date.now() - 50 * minute,
      lastSentAgoMs: 50 * minute,
      items: [3, 2, 1].map((sequence) => ({
        sequence,
        kind: sequence === 1 ? ('noted' as const) : ('watched' as const),
        lessonId: school.lesson(sequence).id,
        state: sequence === 3 ? ('sending' as const) : sequence === 2 ? ('held' as const) : ('pending' as const),
        reason: sequence === 2 ? 'session_expired' : null,
        recordedAt: Date.now() - (40 - sequence * 8) * minute,
        watchedMs: sequence === 1 ? 0 : sequence * 144_000,
      })),
    }),
  };
}

function everyState(school: School): DownloadItem[] {
  return [
    download(school, 0, { state: 'ready' }),
    download(school, 1, { state: 'ready' }),
    download(school, 2, { state: 'running' }),
    download(school, 3, { state: 'waiting', reason: 'offline' }),
    download(school, 4, { state: 'paused' }),
    download(school, 5, { state: 'failed', reason: 'disk_full' }),
    download(school, 6, { state: 'ready' }),
    download(school, 7, { state: 'queued', bytesDone: 0 }),
    download(school, 8, { state: 'waiting', reason: 'piece_corrupt', exact: false }),
  ];
}

function thousands(school: School): DownloadItem[] {
  return Array.from({ length: 3000 }, (_, index) => ({
    ...download(school, index % 13, { state: index < 2 ? 'running' : 'queued', position: index, ...(index < 2 ? {} : { bytesDone: 0 }) }),
    lessonId: `lesson-${index}`,
  }));
}

function said(school: School) {
  const lessons = [0, 1, 6].map((index) => {
    const { id, courseId, title } = school.lesson(index);
    const lines = [12_000, 31_000, 3_723_000].map((startMs) => ({
      startMs,
      parts: [{ text: 'The left side pumps the blood that carries ', found: false }, { text: 'oxygen', found: true }, { text: ' out to the whole body, and once more round it goes.', found: false }],
    }));
    return { lessonId: id, courseId, lessonTitle: title, courseTitle: school.catalog.courses.find((course) => course.id === courseId)?.title ?? '', language: 'en', count: 5, lines };
  });
  return { lessons, searched: 9 };
}

function parked(school: School) {
  return {
    waiting: 0,
    parked: 1,
    lastSentAt: Date.UTC(2026, 3, 1, 12),
    lastSentAgoMs: null,
    items: [{ sequence: 9, kind: 'watched' as const, lessonId: school.lesson(4).id, state: 'parked' as const, reason: 'not_enrolled', recordedAt: Date.now() - 3 * 24 * 60 * minute, watchedMs: 3 * minute }],
  };
}

async function settled({ page }: Stage): Promise<void> {
  await page.getByRole('heading', { level: 1 }).waitFor();
  // Lazy pictures below the fold are not awaited: they wait for the reader.
  await page.waitForFunction(() => [...document.images].every((image) => image.complete || image.getBoundingClientRect().top > innerHeight));
}

async function openCourse(stage: Stage): Promise<void> {
  await settled(stage);
  await stage.page.locator('.course-card').first().click();
  await stage.page.locator('.lesson-row').first().waitFor();
  await settled(stage);
}

function openSection(index: number): (stage: Stage) => Promise<void> {
  return async (stage) => {
    await settled(stage);
    const button = stage.page.locator('.side-bar-list button').nth(index);
    await button.click();
    await button.and(stage.page.locator('[aria-current=page]')).waitFor();
    await settled(stage);
  };
}

async function openDownloads(stage: Stage): Promise<void> {
  await openSection(2)(stage);
  const list = await stage.page.evaluate(() => (window as unknown as { teachify: Bridge }).teachify.call('downloads.list', undefined));
  if (!list.ok) throw new Error('The fixture has a list');
  // Enough announcements for a curve.
  for (let step = 0; step < 24; step++) {
    const items = list.value.map((item) => ({ ...item, bytesPerSecond: item.state === 'running' ? 150_000 + 60_000 * Math.sin(step / 3) : 0 }));
    await stage.announce('downloads.changed', { whole: true, items, removed: [] });
  }
}
