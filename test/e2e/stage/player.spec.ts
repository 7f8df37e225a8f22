import { expect, test } from '@playwright/test';
import type { SessionSnapshot } from '../../../src/shared/models/progress.ts';
import { defaultSettings } from '../../../src/shared/models/settings.ts';
import { value } from '../../harness/fixture-bridge.ts';
import { plain, playerOn, secondHalf } from '../../harness/screens/open-lesson.ts';
import { createSchool, download } from '../../harness/screens/school.ts';
import { stageOfFile } from '../../harness/screens/stage-of-file.ts';
import { wakeControls } from '../../harness/wake-controls.ts';

// The player over a bridge of fixtures: what only a real element with a real lesson in it can show.
const school = createSchool();
const stage = stageOfFile();
const { named, openLesson, reports, video } = playerOn(stage, school);

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
  expect(await named('settings.set')).toEqual([
    { muted: true },
    { playbackRate: 1.25 },
    { captions: true, captionLanguage: 'en' },
  ]);
});

test('keys still work when the control that had the focus has hidden itself', async () => {
  await openLesson();
  const { page } = stage;
  await wakeControls(page);
  const box = await page.locator('.seek-track').boundingBox();
  if (!box) throw new Error('The bar is not drawn');
  await page.mouse.click(box.x + box.width * 0.3, box.y + box.height / 2);
  await expect(page.locator('.player-idle')).toBeAttached();
  await page.keyboard.press('k');
  await expect.poll(() => video('paused')).toBe(true);
  await expect(page.locator('.player-idle')).not.toBeAttached();
});

test('hls.js comes only with a player, and works in its worker', async () => {
  const requests: string[] = [];
  const note = (request: { url: () => string }) => requests.push(request.url());
  await stage.page.goto('about:blank');
  stage.page.on('request', note);
  await stage.show({ ...school.answers, ...value('settings.get', defaultSettings) });
  await stage.page.getByRole('heading', { level: 1 }).waitFor();
  expect(requests.some((url) => url.endsWith('index.html'))).toBe(true);
  expect(requests.filter((url) => /hls/.test(url))).toEqual([]);
  await openLesson({ note });
  await expect.poll(() => requests.some((url) => /hls-engine/.test(url))).toBe(true);
  expect(stage.page.workers().map((worker) => worker.url())).toEqual([expect.stringMatching(/^app:\/\/teachify\/assets\/hls\.worker-[\w-]+\.js$/)]);
});

test('a lesson in fragmented MP4 needs no worker, and no playlist that came with it is asked for', async () => {
  const requests: string[] = [];
  const text = async (name: string) => {
    const url = `app://teachify/media/lesson/${name}`;
    return { url, content: await stage.page.evaluate(async (address) => (await fetch(address)).text(), url) };
  };
  await openLesson();
  const master = await text('master.m3u8');
  const named = [...new Set(master.content.match(/[\w-]+\.m3u8/g))];
  const playlists = [master, ...(await Promise.all(named.map(text)))];
  await openLesson({ source: { playlists }, note: (request) => requests.push(request.url()) });
  await expect.poll(() => video('currentTime')).toBeGreaterThan(1);
  expect(stage.page.workers()).toEqual([]);
  expect(requests.filter((url) => url.endsWith('.m3u8'))).toEqual([]);
  // What lies ahead comes once the first picture stands.
  await expect.poll(() => stage.page.locator('video').evaluate((element: HTMLVideoElement) => element.buffered.end(element.buffered.length - 1))).toBeGreaterThan(20);
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
  const asked = performance.now();
  const leftMs = Number(await video('currentTime')) * 1000;
  await stage.page.keyboard.press('7');
  const tookMs = performance.now() - asked;
  await expect.poll(() => video('currentTime')).toBeGreaterThan(43);
  const before = (await reports()).length;
  await stage.page.keyboard.press('k');
  await expect.poll(async () => (await reports()).length).toBeGreaterThan(before);
  const last = (await reports()).at(-1) as SessionSnapshot;
  const [first, second] = last.ranges;
  expect(last.ranges).toHaveLength(2);
  expect(first?.[0]).toBeLessThan(100);
  // It played on until the key arrived, however long that took here.
  expect(first?.[1]).toBeGreaterThan(leftMs - 300);
  expect(first?.[1]).toBeLessThan(leftMs + tookMs + 300);
  expect(second?.[0]).toBe(42_000);
  expect(last.positionMs).toBe(second?.[1]);
  expect(Math.abs(last.watchedMs - last.ranges.reduce((sum, [from, to]) => sum + to - from, 0))).toBeLessThan(600);
});

test('reports the rest when one leaves, and closes the lesson', async () => {
  await openLesson();
  await expect.poll(() => video('currentTime')).toBeGreaterThan(1.5);
  await wakeControls(stage.page);
  await stage.page.getByRole('button', { name: 'Back', exact: true }).click();
  await expect.poll(async () => (await stage.calls()).some(({ name }) => name === 'playback.close')).toBe(true);
  const last = (await reports()).at(-1) as SessionSnapshot;
  expect(last.ranges).toHaveLength(1);
  expect(last.ranges[0]?.[1]).toBeGreaterThan(1400);
});

test('reports when the machine is about to sleep', async () => {
  await openLesson();
  await expect.poll(() => video('currentTime')).toBeGreaterThan(1);
  // On a busy machine it has said something by itself by then.
  const before = (await reports()).length;
  await stage.announce('shell.suspending', {});
  await expect.poll(async () => (await reports()).length).toBeGreaterThan(before);
});

test('starts over when asked to', async () => {
  await openLesson({ source: { resumeMs: 30_000 } });
  await expect.poll(() => video('currentTime')).toBeGreaterThan(29.9);
  await stage.page.getByRole('button', { name: 'Start over' }).click();
  await expect.poll(() => video('currentTime')).toBeLessThan(5);
});

test('a lesson taken home plays as it was taken, without asking for another quality', async () => {
  const requests: string[] = [];
  await openLesson({ note: (request) => requests.push(request.url()), source: { downloadedQuality: '360p' }, answers: value('downloads.list', [download(school, 0, { state: 'ready', quality: '360p' })]) });
  await expect.poll(() => video('videoHeight')).toBe(360);
  const segments = new Set(requests.flatMap((url) => /(\d+p)-\d+\.m4s/.exec(url)?.slice(1) ?? []));
  expect([...segments]).toEqual(['360p']);
});

test('another quality comes without a stall', async () => {
  await openLesson({ source: { downloadedQuality: '360p' } });
  await expect.poll(() => video('videoHeight')).toBe(360);
  // Nothing to show is a stall; a busy processor that is late with what is there is none.
  await stage.page.locator('video').evaluate((element) => {
    const player = element as HTMLVideoElement;
    const isHere = () => Array.from({ length: player.buffered.length }, (_, index) => index).some((index) => player.buffered.start(index) <= player.currentTime && player.currentTime + 0.1 < player.buffered.end(index));
    player.addEventListener('waiting', () => {
      if (!isHere()) document.title = 'stalled';
    });
  });
  await wakeControls(stage.page);
  await stage.page.getByRole('button', { name: /^Quality/ }).click();
  await stage.page.getByRole('menuitemradio', { name: /^720p/ }).click();
  await expect.poll(() => video('videoHeight')).toBe(720);
  await wakeControls(stage.page);
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

test('a plain MP4 plays through the same controls', async () => {
  await openLesson({ source: plain });
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
  // The lesson that began may have said something already.
  const [first, ...others] = await reports();
  const last = [first, ...others].findLast((report) => report?.sessionId === first?.sessionId);
  expect(last?.ranges.at(-1)?.[1]).toBe(60_000);
});
