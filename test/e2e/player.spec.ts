import { expect, test } from '@playwright/test';
import type { SessionSnapshot } from '../../src/shared/models/progress.ts';
import { defaultSettings } from '../../src/shared/models/settings.ts';
import { createSchool, download, playbackSource, watched } from '../harness/screens/school.ts';
import { value, type Answers } from '../harness/fixture-bridge.ts';
import { openStage, type Stage } from '../harness/screens/stage.ts';

// The player over a bridge of fixtures: what only a real element with a real lesson in it can show.
const school = createSchool();
const secondHalf = ['-5.m4s', '-6.m4s', '-7.m4s', '-8.m4s', '-9.m4s'];
let stage: Stage;

test.beforeAll(async () => {
  stage = await openStage();
});
test.afterAll(async () => stage.close());
test.afterEach(() => expect(stage.troubles).toEqual([]));

test('keys do in the player what people expect of them', async () => {
  await openLesson();
  const { page } = stage;
  await page.keyboard.press('k');
  await expect.poll(() => video('paused')).toBe(true);
  await page.keyboard.press('5');
  await expect.poll(() => video('currentTime')).toBeCloseTo(30, 0);
  await page.keyboard.press('j');
  await expect.poll(() => video('currentTime')).toBeCloseTo(20, 0);
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => video('currentTime')).toBeCloseTo(25, 0);
  await page.keyboard.press('m');
  await expect.poll(() => video('muted')).toBe(true);
  await page.keyboard.press('>');
  await expect.poll(() => video('playbackRate')).toBe(1.25);
  await page.keyboard.press('c');
  await expect(page.locator('.player-caption')).toContainText(/oxygen|left side/);
  await page.keyboard.press(' ');
  await expect.poll(() => video('paused')).toBe(false);
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog')).toContainText('Keyboard shortcuts');
  await page.keyboard.press('Escape');
  expect((await stage.calls()).filter(({ name }) => name === 'settings.set').map(({ input }) => input)).toEqual([
    { muted: true },
    { playbackRate: 1.25 },
    { captions: true, captionLanguage: 'en' },
  ]);
});

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

test('keys still work when the control that had the focus has hidden itself', async () => {
  await openLesson();
  const { page } = stage;
  const box = await page.locator('.seek-track').boundingBox();
  if (!box) throw new Error('The bar is not drawn');
  await page.mouse.click(box.x + box.width * 0.3, box.y + box.height / 2);
  await expect(page.locator('.player-idle')).toBeAttached();
  await page.keyboard.press('k');
  await expect.poll(() => video('paused')).toBe(true);
  await expect(page.locator('.player-idle')).not.toBeAttached();
});

test('hls.js comes only with a player, and works in its worker', async () => {
  await stage.show({ ...school.answers, ...value('settings.get', defaultSettings) });
  await stage.page.getByRole('heading', { level: 1 }).waitFor();
  const loaded = () => stage.page.evaluate(() => performance.getEntriesByType('resource').some(({ name }) => name.includes('hls')));
  expect(await loaded()).toBe(false);
  await openLesson();
  expect(await loaded()).toBe(true);
  expect(stage.page.workers().map((worker) => worker.url())).toEqual([expect.stringMatching(/^app:\/\/teachify\/assets\/hls\.worker-[\w-]+\.js$/)]);
});

test('every control is reached by Tab, and the seek bar says its place in words', async () => {
  await openLesson();
  const { page } = stage;
  await page.keyboard.press('k');
  const names: string[] = [];
  for (let step = 0; step < 24; step++) {
    await page.keyboard.press('Tab');
    names.push(await page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.getAttribute('aria-labelledby') ?? ''));
  }
  for (const name of ['Back', 'Keyboard shortcuts', 'Play', '10 seconds back', '10 seconds forward', 'Mute', 'Captions', 'Full screen']) expect(names).toContain(name);
  await expect(page.getByRole('slider', { name: 'Position' })).toHaveAttribute('aria-valuetext', /^0:0\d of 1:00$/);
});

test('goes on by itself where the line had left it, having said so', async () => {
  await openLesson({ source: { resumeMs: 26_000 }, absent: secondHalf });
  const { page } = stage;
  await expect(page.getByText('The next part is not on this computer yet')).toBeVisible();
  await expect.poll(() => video('currentTime')).toBeGreaterThan(28);
  await stage.setAbsent([]);
  await stage.announce('playback.available', { mediaId: 'media-1' });
  await expect(page.getByText('The next part is not on this computer yet')).toBeHidden();
  await expect.poll(() => video('currentTime')).toBeGreaterThan(31);
});

test('plays another quality that is on this computer where the wished one is not', async () => {
  const local = value('playback.availability', { mediaId: 'media-1', renditions: [{ quality: '360p', ranges: [[0, 60_000]] }] });
  await openLesson({ answers: { ...value('settings.get', { ...defaultSettings, streamQuality: '720p' }), ...local }, absent: ['720p-', '480p-'] });
  await expect.poll(() => video('currentTime')).toBeGreaterThan(1);
  expect(await video('videoHeight')).toBe(360);
  await expect(stage.page.locator('.player-card')).toBeHidden();
});

test('reports what was really played, and nothing a seek jumped over', async () => {
  await openLesson();
  await expect.poll(() => video('currentTime')).toBeGreaterThan(2);
  const left = await video('currentTime');
  await stage.page.keyboard.press('7');
  await expect.poll(() => video('currentTime')).toBeGreaterThan(43);
  await stage.page.keyboard.press('k');
  await expect.poll(async () => (await reports()).length).toBeGreaterThan(0);
  const last = (await reports()).at(-1) as SessionSnapshot;
  const [first, second] = last.ranges;
  expect(last.ranges).toHaveLength(2);
  expect(first?.[0]).toBeLessThan(100);
  expect(Math.abs((first?.[1] ?? 0) - Number(left) * 1000)).toBeLessThan(600);
  expect(second?.[0]).toBe(42_000);
  expect(last.positionMs).toBe(second?.[1]);
  expect(Math.abs(last.watchedMs - last.ranges.reduce((sum, [from, to]) => sum + to - from, 0))).toBeLessThan(600);
});

test('reports the rest when one leaves, and closes the lesson', async () => {
  await openLesson();
  await expect.poll(() => video('currentTime')).toBeGreaterThan(1.5);
  await stage.page.getByRole('button', { name: 'Back', exact: true }).click();
  await expect.poll(async () => (await stage.calls()).some(({ name }) => name === 'playback.close')).toBe(true);
  const last = (await reports()).at(-1) as SessionSnapshot;
  expect(last.ranges).toHaveLength(1);
  expect(last.ranges[0]?.[1]).toBeGreaterThan(1400);
});

test('reports when the machine is about to sleep', async () => {
  await openLesson();
  await expect.poll(() => video('currentTime')).toBeGreaterThan(1);
  await stage.announce('shell.suspending', {});
  await expect.poll(async () => (await reports()).length).toBe(1);
});

test('starts over when asked to', async () => {
  await openLesson({ source: { resumeMs: 30_000 } });
  await expect.poll(() => video('currentTime')).toBeGreaterThan(29.9);
  await stage.page.getByRole('button', { name: 'Start over' }).click();
  await expect.poll(() => video('currentTime')).toBeLessThan(5);
});

test('a lesson taken home plays as it was taken, without asking for another quality', async () => {
  const requests: string[] = [];
  const note = (request: { url: () => string }) => requests.push(request.url());
  stage.page.on('request', note);
  await openLesson({ source: { downloadedQuality: '360p' }, answers: value('downloads.list', [download(school, 0, { state: 'ready', quality: '360p' })]) });
  await expect.poll(() => video('videoHeight')).toBe(360);
  stage.page.off('request', note);
  expect(requests.filter((url) => /(480|720)p-\d+\.m4s/.test(url))).toEqual([]);
});

test('another quality comes without a stall', async () => {
  await openLesson({ source: { downloadedQuality: '360p' } });
  await expect.poll(() => video('videoHeight')).toBe(360);
  await stage.page.locator('video').evaluate((element) => element.addEventListener('waiting', () => (document.title = 'stalled')));
  await stage.page.mouse.move(200, 200);
  await stage.page.getByRole('button', { name: /^Quality/ }).click();
  await stage.page.getByRole('menuitemradio', { name: /^720p/ }).click();
  await expect.poll(() => video('videoHeight')).toBe(720);
  await stage.page.mouse.move(220, 220);
  await expect(stage.page.getByRole('button', { name: 'Quality: 720p' })).toBeVisible();
  expect(await stage.page.title()).not.toBe('stalled');
});

test('a part that is gone for good is said, with the place kept and a way on', async () => {
  await openLesson({ source: { resumeMs: 26_000 }, gone: secondHalf });
  await expect(stage.page.getByRole('alert')).toContainText('This is not there any more');
  await stage.setGone([]);
  await stage.page.getByRole('button', { name: 'Try again' }).click();
  await expect.poll(() => video('currentTime')).toBeGreaterThan(26);
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

test('a plain MP4 plays through the same controls', async () => {
  await openLesson({ source: { kind: 'mp4', url: 'app://teachify/media/lesson/plain.mp4', qualities: [{ quality: 'original', height: 0, bytes: 1_500_000, onThisComputer: false }] } });
  await expect.poll(() => video('currentTime')).toBeGreaterThan(1);
  await stage.page.keyboard.press('8');
  await expect.poll(() => video('currentTime')).toBeGreaterThan(48);
});

test('the next lesson comes after a countdown that can be stopped', async () => {
  await openLesson();
  await stage.page.keyboard.press('k');
  await stage.page.locator('video').evaluate((element: HTMLVideoElement) => {
    element.currentTime = 59.5;
    return element.play();
  });
  await stage.page.getByRole('button', { name: 'Stay here' }).click();
  await expect(stage.page.getByText(/^Starts in/)).toBeHidden();
  await stage.page.getByRole('button', { name: 'Play now' }).click();
  await expect.poll(async () => (await stage.calls()).filter(({ name }) => name === 'playback.open').length).toBe(2);
  const last = (await reports()).at(-1) as SessionSnapshot;
  expect(last.ranges.at(-1)?.[1]).toBe(60_000);
});

interface Opening {
  readonly source?: Parameters<typeof playbackSource>[2];
  readonly answers?: Answers;
  readonly absent?: readonly string[];
  readonly gone?: readonly string[];
  readonly damaged?: readonly string[];
  /** False where no picture can come. */
  readonly pictures?: boolean;
  /** Listens on to the requests of this opening. */
  readonly note?: (request: { url: () => string }) => void;
}

async function openLesson({ source, answers, absent = [], gone = [], damaged = [], pictures = true, note }: Opening = {}): Promise<void> {
  stage.page.removeAllListeners('request');
  if (note) stage.page.on('request', note);
  const all: Answers = {
    ...school.answers,
    ...value('settings.get', defaultSettings),
    ...value('playback.open', playbackSource(school, 0, source)),
    ...value('playback.availability', { mediaId: 'media-1', renditions: [] }),
    ...value('progress.report', watched(school, 0, [[0, 0.1]], 0)),
    ...answers,
  };
  await stage.show(all, { absent });
  await stage.setGone(gone);
  await stage.setDamaged(damaged);
  await stage.page.locator('.card-button').first().click();
  await stage.page.getByRole('button', { name: /^Play Four/ }).click();
  if (pictures) await stage.page.waitForFunction(() => (document.querySelector('video')?.getVideoPlaybackQuality().totalVideoFrames ?? 0) > 2);
}

function video<Name extends keyof HTMLVideoElement>(name: Name): Promise<HTMLVideoElement[Name]> {
  return stage.page.locator('video').evaluate((element: HTMLVideoElement, property) => element[property as Name], name);
}

async function reports(): Promise<SessionSnapshot[]> {
  return (await stage.calls()).filter(({ name }) => name === 'progress.report').map(({ input }) => input as SessionSnapshot);
}
