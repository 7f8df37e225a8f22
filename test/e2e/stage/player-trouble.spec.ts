import { expect, test } from '@playwright/test';
import type { EventPayload } from '../../../src/shared/contracts/bridge.ts';
import { defaultSettings } from '../../../src/shared/models/settings.ts';
import { value } from '../../harness/fixture-bridge.ts';
import { plain, playerOn, secondHalf } from '../../harness/screens/open-lesson.ts';
import { createSchool, playbackSource } from '../../harness/screens/school.ts';
import { stageOfFile } from '../../harness/screens/stage-of-file.ts';
import { wakeControls } from '../../harness/wake-controls.ts';

// What can go wrong while a lesson plays, what the student is told of it, and what is lost by it, which is nothing.
const school = createSchool();
const stage = stageOfFile();
const { named, openLesson, reports, showPanel, video } = playerOn(stage, school);

const blocked = (code: EventPayload<'playback.blocked'>['code']) => stage.announce('playback.blocked', { mediaId: 'media-1', code });

test('a part that cannot be had is asked for again by a button, which says so until the answer is there', async () => {
  await openLesson({ source: { resumeMs: 28_000 }, absent: secondHalf, answers: value('playback.retry', undefined) });
  const { page } = stage;
  const card = page.locator('.player-card');
  await expect(card).toBeVisible();
  await blocked('server_error');
  await expect(card).toContainText("The school's server has a problem");
  await expect(card.getByRole('button', { name: 'Check the files' })).toBeHidden();
  // It fails again, and the card is what it was.
  await card.getByRole('button', { name: 'Try again' }).click();
  await expect.poll(async () => (await named('playback.retry')).length).toBe(1);
  await expect(card.getByRole('button', { name: 'Try again' })).toBeVisible();
  await stage.setSlow(secondHalf);
  await stage.setAbsent([]);
  await card.getByRole('button', { name: 'Try again' }).click();
  await expect(card.getByRole('button', { name: 'Trying again…' })).toBeVisible();
  await expect.poll(() => named('playback.retry')).toEqual([{ mediaId: 'media-1' }, { mediaId: 'media-1' }]);
});

test('goes on by itself when main says that it is time, without the card flickering away for what fails again', async () => {
  await openLesson({ source: { resumeMs: 28_000 }, absent: secondHalf });
  const { page } = stage;
  const card = page.locator('.player-card');
  await expect(card).toBeVisible();
  await page.evaluate(() => {
    const shown = document.querySelector('.player-card');
    new MutationObserver(() => {
      if (shown?.isConnected === false) document.title = 'flickered';
    }).observe(document.body, { childList: true, subtree: true });
  });
  let asked = 0;
  const note = (request: { url: () => string }) => void (secondHalf.some((part) => request.url().endsWith(part)) && (asked += 1));
  page.on('request', note);
  await stage.announce('playback.available', { mediaId: 'media-1' });
  await expect.poll(() => asked).toBeGreaterThan(0);
  await expect(card.getByRole('button', { name: 'Try again' })).toBeVisible();
  expect(await page.title()).not.toBe('flickered');
  page.off('request', note);
  await stage.setAbsent([]);
  await stage.announce('playback.available', { mediaId: 'media-1' });
  await expect(card).toBeHidden();
  await expect.poll(() => video('currentTime')).toBeGreaterThan(31);
});

test('where files on the disk may be damaged, the card offers to check them, and goes on with what was mended', async () => {
  await openLesson({ source: { resumeMs: 28_000 }, absent: secondHalf, answers: { ...value('playback.retry', undefined), ...value('playback.verify', { badPieces: 1 }) } });
  await expect(stage.page.locator('.player-card')).toBeVisible();
  await blocked('piece_corrupt');
  await stage.setAbsent([]);
  await stage.page.getByRole('button', { name: 'Check the files' }).click();
  await expect.poll(() => video('currentTime')).toBeGreaterThan(31);
  expect(await named('playback.verify')).toEqual([{ mediaId: 'media-1' }]);
});

test('a plain MP4 that no decoder takes is said to be so, not to be absent; the place is kept', async () => {
  await openLesson({ source: { ...plain, resumeMs: 26_000 }, damaged: ['plain.mp4'], pictures: false });
  const alert = stage.page.getByRole('alert');
  await expect(alert).toContainText('A part of this lesson cannot be shown');
  await stage.setDamaged([]);
  // Every opening has an address of its own, so that nothing is taken from the browser's memory.
  await stage.answer(value('playback.open', playbackSource(school, 0, { ...plain, url: `${plain.url}?again`, resumeMs: 26_000 })));
  await alert.getByRole('button', { name: 'Try again' }).click();
  await expect.poll(() => video('currentTime')).toBeGreaterThan(26.5);
  expect((await reports()).every(({ positionMs }) => positionMs >= 26_000)).toBe(true);
});

test('what the browser remembers of a damaged MP4 is not taken for the mended one', async () => {
  await openLesson({ source: { ...plain, resumeMs: 26_000 }, damaged: ['plain.mp4'], pictures: false });
  await expect(stage.page.getByRole('alert')).toContainText('A part of this lesson cannot be shown');
  await openLesson({ source: { ...plain, resumeMs: 26_000 } });
  await expect.poll(() => video('currentTime')).toBeGreaterThan(26);
});

test('a plain MP4 is set up anew once at its place before it is given up', async () => {
  await openLesson({ source: { ...plain, resumeMs: 26_000 } });
  await expect.poll(() => video('currentTime')).toBeGreaterThan(26);
  // As a decoder that fails once does to an element: what it has is of no use to it.
  await stage.page.locator('video').evaluate((element: HTMLVideoElement) => {
    Object.defineProperty(element, 'error', { configurable: true, get: () => ({ code: MediaError.MEDIA_ERR_DECODE }) });
    element.dispatchEvent(new Event('error'));
  });
  const at = Number(await video('currentTime'));
  await expect.poll(() => video('currentTime')).toBeGreaterThan(Math.max(26, at) + 0.5);
  await expect(stage.page.getByRole('alert')).toBeHidden();
});

test('a plain MP4 that is not here goes on by itself where one was when it can be had', async () => {
  await openLesson({ source: { ...plain, resumeMs: 26_000 }, absent: ['plain.mp4'], pictures: false });
  await expect(stage.page.locator('.player-card')).toContainText('This lesson is not on this computer');
  await stage.setAbsent([]);
  await stage.announce('playback.available', { mediaId: 'media-1' });
  await expect(stage.page.locator('.player-card')).toBeHidden();
  await expect.poll(() => video('currentTime')).toBeGreaterThan(26.5);
});

test('captions and transcript that could not be had come when they can be', async () => {
  await openLesson({ absent: ['captions.vtt'], answers: value('settings.get', { ...defaultSettings, captions: true, captionLanguage: 'en' }) });
  const { page } = stage;
  await showPanel();
  await expect(page.getByText('The transcript cannot be had now. It comes by itself.')).toBeVisible();
  await expect(page.locator('.player-card')).toBeHidden();
  await stage.setAbsent([]);
  await stage.announce('connection.changed', { status: 'online', reason: null, since: 0 });
  await expect(page.locator('.transcript-line').first()).toBeVisible();
  await expect(page.locator('.player-caption span')).toBeVisible();
});

test('captions come by themselves after a while when nobody says anything', async () => {
  await openLesson({ absent: ['captions.vtt'] });
  await showPanel();
  await expect(stage.page.getByText('The transcript cannot be had now. It comes by itself.')).toBeVisible();
  await stage.setAbsent([]);
  await expect(stage.page.locator('.transcript-line').first()).toBeVisible();
});

test('the way back to the beginning is offered once an opening, not after every jump', async () => {
  await openLesson({ source: { resumeMs: 30_000 } });
  const { page } = stage;
  const offer = page.getByRole('button', { name: 'Start over' });
  await expect(offer).toBeVisible();
  await page.keyboard.press('l');
  await expect(offer).toBeHidden();
  await expect.poll(() => video('seeking')).toBe(false);
  await expect.poll(() => video('currentTime')).toBeGreaterThan(40.5);
  await expect(offer).toBeHidden();

  await openLesson({ source: { resumeMs: 30_000 } });
  await offer.click();
  await expect.poll(() => video('currentTime')).toBeLessThan(5);
  await expect.poll(() => video('currentTime')).toBeGreaterThan(0.5);
  await expect(offer).toBeHidden();
});

test('a note half written outlives the panel, full screen, the next lesson and the window, and is gone once it is kept', async () => {
  const answers = { ...value('notes.save', { noteId: 'n', lessonId: 'l', atMs: 0, text: '' }), ...value('notes.keepDraft', undefined) };
  await openLesson({ answers: { ...answers, ...value('notes.drafts', []) } });
  const { page } = stage;
  const field = page.getByRole('tabpanel').getByRole('textbox');
  const openNotes = async () => {
    await showPanel();
    await page.getByRole('tab', { name: 'Notes' }).click();
  };
  await openNotes();
  await field.pressSequentially('the left wall is');
  await page.getByRole('tab', { name: 'Transcript' }).click();
  await page.getByRole('tab', { name: 'Notes' }).click();
  await expect(field).toHaveValue('the left wall is');
  await stage.announce('shell.fullScreenChanged', { on: true });
  await expect(field).toBeHidden();
  await stage.announce('shell.fullScreenChanged', { on: false });
  await openNotes();
  await expect(field).toHaveValue('the left wall is');

  // The next lesson has a note of its own.
  await stage.answer(value('playback.open', playbackSource(school, 1)));
  await page.locator('video').focus();
  await page.keyboard.press('Shift+N');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(school.lesson(1).title);
  await openNotes();
  await expect(field).toHaveValue('');

  // Main has what was typed, and tells it to the next window.
  const kept = async () => (await named('notes.keepDraft')).at(-1) as { lessonId: string; noteId: null; draft: { text: string; atMs: number } };
  const { lessonId, noteId, draft } = await kept();
  expect([lessonId, draft.text]).toEqual([school.lesson(0).id, 'the left wall is']);
  await openLesson({ answers: { ...answers, ...value('notes.drafts', [{ lessonId, noteId, ...draft }]) } });
  await openNotes();
  await expect(field).toHaveValue('the left wall is');
  await page.getByRole('button', { name: 'Keep the note' }).click();
  await expect(field).toHaveValue('');
  await expect.poll(kept).toMatchObject({ lessonId, draft: null });
  expect((await named('notes.save')).map((input) => (input as { text: string }).text)).toEqual(['the left wall is']);
});

test('a note that could not be kept stays in its field', async () => {
  await openLesson();
  const { page } = stage;
  await showPanel();
  await page.getByRole('tab', { name: 'Notes' }).click();
  const field = page.getByRole('tabpanel').getByRole('textbox');
  await field.fill('not lost');
  await page.getByRole('button', { name: 'Keep the note' }).click();
  await expect(page.locator('.notice')).toBeVisible();
  await expect(field).toHaveValue('not lost');
});

test('the next lesson does not begin while a note is being written', async () => {
  await openLesson({ answers: value('notes.save', { noteId: 'n', lessonId: 'l', atMs: 0, text: '' }) });
  const { page } = stage;
  await showPanel();
  await page.getByRole('tab', { name: 'Notes' }).click();
  await page.getByRole('tabpanel').getByRole('textbox').fill('one moment');
  await page.locator('video').evaluate((element: HTMLVideoElement) => (element.currentTime = 59.5));
  await expect(page.getByText('Waits until your note is kept')).toBeVisible();
  // Each figure stands for a second only: the first one is kept.
  await page.evaluate(() => {
    new MutationObserver(() => {
      const said = document.querySelector('.player-card .numbers')?.textContent ?? '';
      if (said.startsWith('Starts') && !document.title.startsWith('Starts')) document.title = said;
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
  });
  await page.getByRole('button', { name: 'Keep the note' }).click();
  // It had not begun to count.
  await expect.poll(() => page.title()).toBe('Starts in 10 seconds');
});

test('full screen stays from lesson to lesson, and is left with the player', async () => {
  await openLesson();
  const { page } = stage;
  const wished = async () => (await named('shell.setFullScreen')).map((input) => (input as { on: boolean }).on);
  await page.keyboard.press('f');
  await expect.poll(wished).toEqual([true]);
  await stage.announce('shell.fullScreenChanged', { on: true });
  await stage.answer(value('playback.open', playbackSource(school, 1)));
  await page.keyboard.press('Shift+N');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(school.lesson(1).title);
  await wakeControls(page);
  await expect(page.getByRole('button', { name: 'Leave full screen' })).toBeVisible();
  expect(await wished()).toEqual([true]);
  await page.getByRole('button', { name: 'Back', exact: true }).click();
  await expect.poll(wished).toEqual([true, false]);
});
