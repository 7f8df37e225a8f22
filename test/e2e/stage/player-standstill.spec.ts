import { expect, test } from '@playwright/test';
import { defaultSettings } from '../../../src/shared/models/settings.ts';
import { value } from '../../harness/fixture-bridge.ts';
import { plain, playerOn, secondHalf } from '../../harness/screens/open-lesson.ts';
import { createSchool } from '../../harness/screens/school.ts';
import { stageOfFile } from '../../harness/screens/stage-of-file.ts';
import { wakeControls } from '../../harness/wake-controls.ts';

// What a student does while a lesson stands still: it goes where one went, and the word about the gap is there whenever there is a gap.
const school = createSchool();
const stage = stageOfFile();
const { openLesson, reports, video } = playerOn(stage, school);

test('who goes back within what is buffered is told of the gap again when it is reached', async () => {
  await openLesson({ source: { resumeMs: 28_000 }, absent: secondHalf });
  await expect(card()).toBeVisible();
  await stage.page.keyboard.press('k');
  await stage.page.keyboard.press('ArrowLeft');
  await expect(card()).toBeHidden();
  await stage.page.keyboard.press('k');
  await expect(card()).toBeVisible();
  expect(await video('currentTime')).toBeGreaterThan(28);
});

test('another quality chosen while it stands still goes on where that one is here', async () => {
  const streams = value('settings.get', { ...defaultSettings, streamQuality: '720p' });
  await openLesson({ source: { resumeMs: 26_000 }, answers: streams, absent: secondHalf.map((part) => `720p${part}`) });
  await expect(card()).toBeVisible();
  await chooseQuality(/^360p/);
  await expect.poll(() => video('currentTime')).toBeGreaterThan(31);
});

test('a choice that changes nothing leaves the word about the gap where it is', async () => {
  await openLesson({ source: { resumeMs: 28_000 }, absent: secondHalf });
  await expect(card()).toBeVisible();
  await chooseQuality(/^Auto/);
  await expect(card()).toContainText('The next part is not on this computer yet');
  await stage.setAbsent([]);
  await stage.announce('playback.available', { mediaId: 'media-1' });
  await expect.poll(() => video('currentTime')).toBeGreaterThan(31);
});

test('a plain MP4 goes where one went while it stood still, at once where that is here', async () => {
  await openLesson({ source: { ...plain, resumeMs: 26_000 }, absent: ['plain.mp4'], pictures: false });
  await expect(card()).toBeVisible();
  await stage.page.keyboard.press('2');
  await expect(card()).toBeVisible();
  await stage.setAbsent([]);
  await stage.page.keyboard.press('1');
  await expect.poll(beginsAt).toBe(6);
});

test('a lesson of which nothing has come begins where one went meanwhile', async () => {
  await openLesson({ source: { resumeMs: 26_000 }, absent: ['.m4s', 'init'], pictures: false });
  await expect(card()).toBeVisible();
  await stage.page.keyboard.press('ArrowRight');
  await expect(card()).toBeVisible();
  await expect(stage.page.getByRole('slider', { name: 'Position' })).toHaveAttribute('aria-valuetext', '0:31 of 1:00');
  await stage.page.keyboard.press('1');
  await expect(card()).toBeVisible();
  await stage.setAbsent([]);
  await stage.announce('playback.available', { mediaId: 'media-1' });
  await expect.poll(beginsAt).toBe(6);
});

test('a plain MP4 that was paused while it stood still stays paused when it can be had', async () => {
  await openLesson({ source: { ...plain, resumeMs: 26_000 }, absent: ['plain.mp4'], pictures: false });
  await expect(card()).toBeVisible();
  const button = stage.page.locator('.player-play');
  // It will go on by itself, and so it says.
  await expect(button).toHaveAccessibleName('Pause');
  await stage.page.keyboard.press('k');
  await expect(button).toHaveAccessibleName('Play');
  await stage.setAbsent([]);
  await stage.announce('playback.available', { mediaId: 'media-1' });
  await expect.poll(() => video('readyState')).toBe(4);
  await expect(card()).toBeHidden();
  expect([await video('paused'), await video('currentTime')]).toEqual([true, 26]);
  await stage.page.keyboard.press('k');
  await expect.poll(() => playsWithin(26.2, 60)).toBe(true);
});

test('a lesson that ended plays again from its beginning when asked to', async () => {
  await openLesson();
  await stage.page.locator('video').evaluate((element: HTMLVideoElement) => (element.currentTime = 59.5));
  await expect.poll(() => video('ended')).toBe(true);
  await stage.page.locator('.player-card').getByRole('button', { name: 'Watch again' }).click();
  await expect.poll(() => playsWithin(0.5, 30)).toBe(true);
  expect(await video('paused')).toBe(false);
});

for (const [kind, opening] of [
  ['hls', { source: { resumeMs: 20_000 }, slow: ['hls-engine'] }],
  ['a plain MP4', { source: { ...plain, resumeMs: 20_000 }, slow: ['plain-engine'] }],
] as const) {
  test(`a lesson begins where one went before the player was loaded: ${kind}`, async () => {
    await openLesson({ ...opening, pictures: false });
    const position = stage.page.getByRole('slider', { name: 'Position' });
    await expect(position).toHaveAttribute('aria-valuetext', '0:20 of 1:00');
    await stage.page.keyboard.press('5');
    await stage.page.keyboard.press('ArrowRight');
    await expect(position).toHaveAttribute('aria-valuetext', '0:35 of 1:00');
    expect(await video('src')).toBe('');
    await stage.setSlow([]);
    await expect.poll(() => video('currentTime')).toBeGreaterThan(35.2);
    await expect.poll(beginsAt).toBe(35);
  });

  test(`a lesson that was paused before the player was loaded stays paused where it begins: ${kind}`, async () => {
    await openLesson({ ...opening, pictures: false });
    const button = stage.page.locator('.player-play');
    // It will begin by itself, and so it says.
    await expect(button).toHaveAccessibleName('Pause');
    await stage.page.keyboard.press('k');
    await expect(button).toHaveAccessibleName('Play');
    expect(await video('src')).toBe('');
    await stage.setSlow([]);
    await expect.poll(standing).toEqual({ paused: true, readyState: 4, place: 20 });
    await expect(button).toHaveAccessibleName('Play');
    await stage.page.keyboard.press('k');
    await expect.poll(() => playsWithin(20.2, 60)).toBe(true);
  });
}

async function chooseQuality(name: RegExp): Promise<void> {
  await wakeControls(stage.page);
  await stage.page.getByRole('button', { name: /^Quality/ }).click();
  await stage.page.getByRole('menuitemradio', { name }).click();
}

const standing = () => stage.page.locator('video').evaluate(({ paused, readyState, currentTime }: HTMLVideoElement) => ({ paused, readyState, place: Math.round(currentTime) }));

/** The second from which the first was watched, once the player has reported any. */
const beginsAt = async () => Math.round(((await reports()).at(-1)?.ranges[0]?.[0] ?? 0) / 1000);

async function playsWithin(from: number, to: number): Promise<boolean> {
  const seconds = await video('currentTime');
  return from < seconds && seconds < to;
}

const card = () => stage.page.locator('.player-card');
