import { expect, test } from '@playwright/test';
import { defaultSettings } from '../../src/shared/models/settings.ts';
import { value } from '../harness/fixture-bridge.ts';
import { openLesson as openInStage, reportsTo, videoIn, type Opening } from '../harness/screens/open-lesson.ts';
import { createSchool, download, playbackSource, watched } from '../harness/screens/school.ts';
import { openStage, type Stage } from '../harness/screens/stage.ts';

// What a student does with a lesson in the player besides watching it, and what cannot be decoded: over a bridge of fixtures, with a real element.
const school = createSchool();
const secondHalf = ['-5.m4s', '-6.m4s', '-7.m4s', '-8.m4s', '-9.m4s'];
let stage: Stage;

test.beforeAll(async () => {
  stage = await openStage();
});
test.afterAll(async () => stage.close());
test.afterEach(() => expect(stage.troubles).toEqual([]));

test('writes a note at the moment one begins to write, and a bookmark by a key', async () => {
  await openLesson({ answers: { ...value('notes.list', []), ...value('notes.save', { noteId: 'n', lessonId: 'l', atMs: 0, text: '' }) } });
  const { page } = stage;
  await page.keyboard.press('k');
  await page.keyboard.press('5');
  await expect.poll(() => video('currentTime')).toBeCloseTo(30, 0);
  await page.keyboard.press('b');
  await expect(page.getByText('Bookmarked 0:30')).toBeVisible();
  if (!(await page.locator('.player-panel').isVisible())) await page.getByRole('button', { name: 'Lessons and transcript' }).click();
  await page.getByRole('tab', { name: 'Notes' }).click();
  await page.getByLabel('Write a note at this moment').pressSequentially('kettle first, b and k are letters here');
  await page.locator('video').evaluate((element: HTMLVideoElement) => (element.currentTime = 40));
  await expect(page.getByText('Note at 0:30')).toBeVisible();
  await page.getByRole('button', { name: 'Keep the note' }).click();
  await expect.poll(async () => (await stage.calls()).filter(({ name }) => name === 'notes.save').map(({ input }) => (input as { atMs: number; text: string }).text)).toEqual([
    '',
    'kettle first, b and k are letters here',
  ]);
  expect(await video('paused')).toBe(true);
  await stage.answer(value('notes.list', [{ noteId: 'n', lessonId: 'l', atMs: 12_000, text: 'kettle first' }]));
  await stage.announce('notes.changed', {});
  await page.getByRole('button', { name: /0:12.*kettle first/ }).click();
  await expect.poll(() => video('currentTime')).toBeCloseTo(12, 0);
});

test('a line that was found opens its lesson at that moment, and the way back leads to what was found', async () => {
  const { id, courseId, title } = school.lesson(0);
  const line = { startMs: 24_000, parts: [{ text: 'carries ', found: false }, { text: 'oxygen', found: true }] };
  const found = { lessonId: id, courseId, lessonTitle: title, courseTitle: 'The heart', language: 'en', count: 1, lines: [line] };
  await stage.show({
    ...school.answers,
    ...value('playback.open', playbackSource(school, 0, { resumeMs: 50_000 })),
    ...value('playback.availability', { mediaId: 'media-1', renditions: [] }),
    ...value('progress.report', watched(school, 0, [[0, 0.1]], 0)),
    ...value('transcripts.search', { lessons: [found], searched: 1 }),
  });
  const { page } = stage;
  await page.getByRole('button', { name: 'Search', exact: true }).click();
  await page.getByLabel('Words that are said in a lesson').fill('oxyg');
  await page.getByRole('button', { name: /0:24.*carries oxygen/ }).click();
  await expect.poll(() => video('currentTime')).toBeGreaterThan(24);
  expect(await video('currentTime')).toBeLessThan(40);
  await page.mouse.move(200, 200);
  await page.getByRole('button', { name: 'Back', exact: true }).click();
  await expect(page.getByLabel('Words that are said in a lesson')).toHaveValue('oxyg');
  await expect(page.getByRole('button', { name: /0:24.*carries oxygen/ })).toBeVisible();
});

test('keeps the screen awake while it plays, and lets it sleep when it does not', async () => {
  await openLesson();
  const awake = async () => (await stage.calls()).filter(({ name }) => name === 'shell.keepAwake').map(({ input }) => (input as { on: boolean }).on);
  await expect.poll(awake).toEqual([true]);
  await stage.page.keyboard.press('k');
  await expect.poll(awake).toEqual([true, false]);
  await stage.page.keyboard.press('k');
  await expect.poll(awake).toEqual([true, false, true]);
  await stage.page.mouse.move(200, 200);
  await stage.page.getByRole('button', { name: 'Back', exact: true }).click();
  await expect.poll(awake).toEqual([true, false, true, false]);
});

test('shows over the bar what the lesson looks like there, fetched only when one looks', async () => {
  const requests: string[] = [];
  const note = (request: { url: () => string }) => requests.push(request.url());
  await openLesson({ source: { thumbnailsUrl: 'app://teachify/media/lesson/thumbnails.vtt', chapters: [{ startMs: 0, title: 'The way of blood' }, { startMs: 36_000, title: 'The thicker wall' }] } });
  const { page } = stage;
  page.on('request', note);
  await page.mouse.move(200, 200);
  expect(requests.filter((url) => /thumbnails|sprite/.test(url))).toEqual([]);
  await page.locator('.seek-track').hover({ position: { x: 20, y: 12 } });
  await expect(page.locator('.seek-time')).toContainText('The way of blood');
  const picture = page.locator('.seek-picture');
  await expect(picture).toHaveCSS('background-image', 'url("app://teachify/media/lesson/sprite.jpg")');
  await expect(picture).toHaveCSS('background-position', '0px 0px');
  const box = await page.locator('.seek-track').boundingBox();
  await page.locator('.seek-track').hover({ position: { x: (box?.width ?? 0) * 0.7, y: 12 } });
  await expect(page.locator('.seek-time')).toContainText('The thicker wall');
  await expect(picture).toHaveCSS('background-position', '-160px -90px');
  expect(requests.filter((url) => url.includes('thumbnails'))).toHaveLength(1);
  page.off('request', note);
});

test('another language of sound comes by a choice, and is remembered', async () => {
  const requests: string[] = [];
  const note = (request: { url: () => string }) => requests.push(request.url());
  const sounds = [{ language: 'en', label: 'en' }, { language: 'hi', label: 'hi' }];
  await openLesson({ source: { url: 'app://teachify/media/lesson/two-sounds.m3u8', sounds }, note });
  const { page } = stage;
  expect(requests.some((url) => /second-\d/.test(url))).toBe(false);
  await page.mouse.move(200, 200);
  await page.getByRole('button', { name: 'Captions', exact: true }).click();
  await page.getByRole('menuitemradio', { name: 'हिन्दी' }).click();
  await expect.poll(() => requests.some((url) => /second-\d/.test(url))).toBe(true);
  expect((await stage.calls()).filter(({ name }) => name === 'settings.set').map(({ input }) => input)).toEqual([{ soundLanguage: 'hi' }]);
  const at = Number(await video('currentTime'));
  await expect.poll(() => video('currentTime')).toBeGreaterThan(at + 1);

  // The next lesson begins in it.
  requests.length = 0;
  await openLesson({ source: { url: 'app://teachify/media/lesson/two-sounds.m3u8', sounds }, answers: value('settings.get', { ...defaultSettings, soundLanguage: 'hi' }), note });
  expect(requests.some((url) => /second-\d/.test(url))).toBe(true);
  expect(requests.some((url) => /sound-\d/.test(url))).toBe(false);
  stage.page.off('request', note);
});

test('captions grow when asked to', async () => {
  await openLesson({ answers: value('settings.get', { ...defaultSettings, captions: true, captionLanguage: 'en' }) });
  const { page } = stage;
  const size = () => page.locator('.player-caption').evaluate((line) => Number.parseFloat(getComputedStyle(line.querySelector('span') ?? line).fontSize));
  await expect(page.locator('.player-caption span')).toBeVisible();
  const before = await size();
  await page.mouse.move(200, 200);
  await page.getByRole('button', { name: 'Captions', exact: true }).click();
  await page.getByRole('menuitemradio', { name: 'Large' }).click();
  await expect.poll(size).toBeGreaterThan(before * 1.2);
  expect((await stage.calls()).filter(({ name }) => name === 'settings.set').map(({ input }) => input)).toEqual([{ captionSize: 'large' }]);
});

test('single keys can be switched off; space and arrows go on working', async () => {
  await openLesson({ answers: value('settings.get', { ...defaultSettings, playerKeys: false }) });
  const { page } = stage;
  await page.keyboard.press('m');
  await page.keyboard.press('5');
  await page.keyboard.press(' ');
  await expect.poll(() => video('paused')).toBe(true);
  expect(await video('muted')).toBe(false);
  expect(await video('currentTime')).toBeLessThan(20);
  await page.keyboard.press('End');
  await expect.poll(() => video('currentTime')).toBeGreaterThan(59);
});

test('a part that no decoder takes is left out with a word, and the lesson goes on behind it', async () => {
  await openLesson({ source: { resumeMs: 22_000 }, damaged: ['p-4.m4s'] });
  await expect(stage.page.getByText('A damaged part was skipped')).toBeVisible({ timeout: 15_000 });
  await expect.poll(() => video('currentTime'), { timeout: 15_000 }).toBeGreaterThan(31);
  await expect(stage.page.getByRole('alert')).toBeHidden();
});

test('a lesson that no decoder takes says so, keeps the place, and offers to check its files', async () => {
  await openLesson({ source: { resumeMs: 22_000 }, damaged: secondHalf.concat('-4.m4s'), pictures: false, answers: value('downloads.list', [download(school, 0, { state: 'ready' })]) });
  await expect(stage.page.getByRole('alert')).toBeVisible({ timeout: 40_000 });
  await expect(stage.page.getByRole('button', { name: 'Check the files' })).toBeVisible();
  // Wherever it gave up, nothing ever said that the student was back at the start.
  expect((await reports()).every(({ positionMs }) => positionMs >= 22_000)).toBe(true);
});

const openLesson = (opening?: Opening) => openInStage(stage, school, opening);
const video = <Name extends keyof HTMLVideoElement>(name: Name) => videoIn(stage, name);
const reports = () => reportsTo(stage);
