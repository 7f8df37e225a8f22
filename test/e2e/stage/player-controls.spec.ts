import { expect, test } from '@playwright/test';
import { defaultSettings } from '../../../src/shared/models/settings.ts';
import { value } from '../../harness/fixture-bridge.ts';
import { playerOn } from '../../harness/screens/open-lesson.ts';
import { createSchool, playbackSource } from '../../harness/screens/school.ts';
import { stageOfFile } from '../../harness/screens/stage-of-file.ts';
import { wakeControls } from '../../harness/wake-controls.ts';

// The controls and the panel, one after the other, over a bridge of fixtures and with a real element.
const school = createSchool();
const withCaptions = value('settings.get', { ...defaultSettings, captions: true, captionLanguage: 'en' });
const stage = stageOfFile();
const { named, openLesson, showPanel, video } = playerOn(stage, school);
test.afterEach(async () => {
  await stage.resize(1280, 800);
  await stage.page.emulateMedia({ forcedColors: null });
});

test('the bar shows what is buffered and what is on this computer, where it is', async () => {
  const ranges: [number, number][] = [[6000, 18_000], [45_000, 60_000]];
  await openLesson({ answers: value('playback.availability', { mediaId: 'media-1', renditions: [{ quality: '480p', ranges }] }) });
  const { page } = stage;
  const shares = (look: string) =>
    page.locator(look).evaluateAll((parts) => {
      const track = parts[0]?.parentElement?.getBoundingClientRect();
      return parts.map((part) => {
        const box = part.getBoundingClientRect();
        return [box.left - (track?.left ?? 0), box.right - (track?.left ?? 0)].map((edge) => Math.round((edge * 60) / (track?.width ?? 1)));
      });
    });
  await expect.poll(() => shares('.seek-local')).toEqual([[6, 18], [45, 60]]);
  await expect.poll(async () => (await shares('.seek-buffered'))[0]?.[1]).toBeGreaterThan(20);
  const buffered = () => page.locator('video').evaluate((element: HTMLVideoElement) => Array.from({ length: element.buffered.length }, (_, index) => [element.buffered.start(index), element.buffered.end(index)].map(Math.round)));
  await expect.poll(async () => JSON.stringify(await shares('.seek-buffered')) === JSON.stringify(await buffered())).toBe(true);
  // What came meanwhile is shown when main tells of it.
  await stage.announce('playback.availabilityChanged', { mediaId: 'media-1', renditions: [{ quality: '480p', ranges: [[0, 60_000]] }] });
  await expect.poll(() => shares('.seek-local')).toEqual([[0, 60]]);
});

test('arrows and page keys on the bar move by steps one can use, and change the volume nowhere', async () => {
  await openLesson();
  const { page } = stage;
  await page.keyboard.press('k');
  await page.keyboard.press('0');
  const bar = page.getByRole('slider', { name: 'Position' });
  await bar.focus();
  await expect(bar).toHaveAttribute('step', '5000');
  for (const [key, place] of [['ArrowUp', 10], ['ArrowRight', 15], ['ArrowDown', 5], ['ArrowLeft', 0], ['PageUp', 60], ['PageDown', 0], ['End', 60], ['Home', 0]] as const) {
    await page.keyboard.press(key);
    await expect.poll(() => video('currentTime'), key).toBeCloseTo(place, 0);
    await expect(bar).toHaveAttribute('aria-valuetext', new RegExp(`^${place === 60 ? '1:00' : `0:${String(place).padStart(2, '0')}`} of`));
  }
  // Who steps it without keys, as a screen reader does.
  await bar.evaluate((input: HTMLInputElement) => {
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(input, '20000');
    input.dispatchEvent(new Event('input', { bubbles: true }));
    input.dispatchEvent(new Event('change', { bubbles: true }));
  });
  await expect.poll(() => video('currentTime')).toBeCloseTo(20, 0);
  expect(await video('volume')).toBe(1);
});

test('the volume goes by keys, by its slider and off, and is remembered', async () => {
  await openLesson();
  const { page } = stage;
  await wakeControls(page);
  await page.keyboard.press('ArrowDown');
  await expect.poll(() => video('volume')).toBeCloseTo(0.95, 2);
  const slider = page.getByRole('slider', { name: 'Volume' });
  await slider.focus();
  await page.keyboard.press('ArrowDown');
  await expect.poll(() => video('volume')).toBeCloseTo(0.9, 2);
  await page.keyboard.press('ArrowUp');
  await expect.poll(() => video('volume')).toBeCloseTo(0.95, 2);
  await page.getByRole('button', { name: 'Mute' }).click();
  await expect.poll(() => video('muted')).toBe(true);
  await expect(slider).toHaveValue('0');
  await page.getByRole('button', { name: 'Unmute' }).click();
  await expect.poll(() => video('muted')).toBe(false);
  await expect(slider).toHaveValue('0.95');
  const kept = (await named('settings.set')).reduce((all: object, change) => ({ ...all, ...(change as object) }), {}) as { volume: number; muted: boolean };
  expect(kept).toEqual({ volume: expect.closeTo(0.95, 2) as unknown, muted: false });
  // The next lesson begins with it.
  await openLesson({ answers: value('settings.get', { ...defaultSettings, volume: 0.4, muted: true }) });
  expect([await video('volume'), await video('muted')]).toEqual([0.4, true]);
});

test('the speed is chosen from its menu, keeps the pitch, and is remembered', async () => {
  await openLesson();
  const { page } = stage;
  await wakeControls(page);
  await page.getByRole('button', { name: 'Speed: 1×' }).click();
  await expect(page.getByRole('menuitemradio')).toHaveText(['0.5×', '0.75×', 'Normal', '1.25×', '1.5×', '1.75×', '2×']);
  await page.getByRole('menuitemradio', { name: '1.75×' }).click();
  await expect.poll(() => video('playbackRate')).toBe(1.75);
  expect(await video('preservesPitch')).toBe(true);
  expect(await named('settings.set')).toEqual([{ playbackRate: 1.75 }]);
  await expect(page.getByRole('button', { name: 'Speed: 1.75×' })).toBeVisible();
  await openLesson({ answers: value('settings.get', { ...defaultSettings, playbackRate: 1.5 }) });
  expect([await video('playbackRate'), await video('preservesPitch')]).toEqual([1.5, true]);
});

test('the transcript follows what is said, leads to it by a click, and is searched', async () => {
  await openLesson({ answers: withCaptions });
  const { page } = stage;
  await showPanel();
  await page.keyboard.press('k');
  const lines = page.locator('.transcript-line');
  const said = () => page.locator('.transcript-line[aria-current]').evaluateAll((current) => current.map((line) => line.querySelector('.transcript-time')?.textContent));
  await lines.nth(2).click();
  const third = await lines.nth(2).locator('.transcript-time').textContent();
  await expect.poll(said).toEqual([third]);
  const [minutes = 0, seconds = 0] = (third ?? '').split(':').map(Number);
  await expect.poll(() => video('currentTime')).toBeCloseTo(minutes * 60 + seconds, 0);
  // It follows on, and scrolls along once nobody has a hand on it.
  await wakeControls(page);
  await page.getByRole('main').focus();
  await page.keyboard.press('9');
  await expect.poll(said).not.toEqual([third]);
  const current = page.locator('.transcript-line[aria-current]');
  await expect(current).toBeInViewport();

  await page.getByLabel('Search in this lesson').fill('OXYGEN');
  await expect(page.getByText('Said once').or(page.getByText(/^Said \d+ times$/))).toBeVisible();
  const found = await lines.allTextContents();
  expect(found.length).toBeGreaterThan(0);
  expect(found.every((line) => line.toLowerCase().includes('oxygen'))).toBe(true);
  await page.getByLabel('Search in this lesson').fill('nobody says this');
  await expect(page.getByText('Not said in this lesson')).toBeVisible();
  await expect(lines).toHaveCount(0);
});

test('the first segment is of the quality the line was known to carry', async () => {
  const first = async (bitsPerSecond: number) => {
    const asked: string[] = [];
    await openLesson({ source: { bitsPerSecond }, note: (request) => asked.push(...(/(\d+p)-\d+\.m4s/.exec(request.url())?.slice(1) ?? [])) });
    return asked[0];
  };
  expect([await first(20_000_000), await first(150_000)]).toEqual(['720p', '360p']);
});

test('the next lesson opens by itself when the countdown is over', async () => {
  await openLesson();
  const { page } = stage;
  await stage.answer(value('playback.open', playbackSource(school, 1)));
  await page.locator('video').evaluate((element: HTMLVideoElement) => (element.currentTime = 59.5));
  await expect(page.getByText(/^Starts in/)).toBeVisible();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(school.lesson(1).title);
  expect(await named('playback.open')).toEqual([{ lessonId: school.lesson(0).id }, { lessonId: school.lesson(1).id }]);
});

test('captions stand clear of the controls however high these are', async () => {
  await openLesson({ answers: withCaptions });
  const { page } = stage;
  const caption = page.locator('.player-caption span');
  const gap = async () => {
    const [words, bar] = [await caption.boundingBox(), await page.locator('.seek-bar').boundingBox()];
    return words && bar ? bar.y - (words.y + words.height) : Number.NaN;
  };
  for (const [width, height, zoom] of [[1280, 800, 1], [900, 600, 2], [480, 700, 1]] as const) {
    await stage.resize(width, height, zoom);
    await page.mouse.move(60, 120);
    await page.mouse.move(66, 124);
    await page.locator('video').evaluate((element: HTMLVideoElement) => {
      element.pause();
      element.currentTime = 4;
    });
    await expect(caption).toBeVisible();
    await expect.poll(gap, `${width} × ${height} at ${zoom}`).toBeGreaterThanOrEqual(0);
  }
});

test('where the system gives the colours, the parts of the bar and the focus are told apart all the same', async () => {
  await openLesson({ answers: value('playback.availability', { mediaId: 'media-1', renditions: [{ quality: '480p', ranges: [[0, 60_000]] }] }) });
  const { page } = stage;
  await page.emulateMedia({ forcedColors: 'active' });
  await page.keyboard.press('k');
  await page.keyboard.press('5');
  await page.keyboard.press('Tab');
  const colour = (look: string, pseudo?: string) => page.locator(look).first().evaluate((part, which) => getComputedStyle(part, which).backgroundColor, pseudo);
  const parts = [await colour('.seek-track', '::before'), await colour('.seek-played'), await colour('.seek-buffered'), await colour('.seek-local')];
  expect(new Set(parts).size).toBe(4);
  expect(await colour('.seek-thumb')).toBe(parts[1]);
  const focused = await page.evaluate(() => {
    const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement ?? document.body);
    return { outlineStyle, outlineWidth };
  });
  expect(focused).toEqual({ outlineStyle: 'solid', outlineWidth: '2px' });
});

test('who wants no motion gets none', async () => {
  await openLesson({ source: { resumeMs: 28_000 } });
  const { page } = stage;
  const longest = () =>
    page.evaluate(() =>
      Math.max(
        ...[...document.querySelectorAll('.player, .player *')].flatMap((element) => {
          const { transitionDuration, animationDuration } = getComputedStyle(element);
          return [transitionDuration, animationDuration].flatMap((times) => times.split(',').map((time) => Number.parseFloat(time) * (time.trim().endsWith('ms') ? 1 : 1000)));
        }),
      ),
    );
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  expect(await longest()).toBeGreaterThan(50);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  expect(await longest()).toBeLessThanOrEqual(1);
  await page.emulateMedia({ reducedMotion: null });
});
