import { expect, test } from '@playwright/test';
import { defaultSettings } from '../../../src/shared/models/settings.ts';
import { failure, value } from '../../harness/fixture-bridge.ts';
import { playerOn, secondHalf } from '../../harness/screens/open-lesson.ts';
import { createSchool, download, playbackSource } from '../../harness/screens/school.ts';
import { stageOfFile } from '../../harness/screens/stage-of-file.ts';
import { wakeControls } from '../../harness/wake-controls.ts';

// What a student does with a lesson in the player besides watching it, and what cannot be decoded: over a bridge of fixtures, with a real element.
const school = createSchool();
const stage = stageOfFile();
const { named, openLesson, reports, showPanel, video } = playerOn(stage, school);

test('writes a note at the moment one begins to write, and a bookmark by a key', async () => {
  await openLesson({ answers: { ...value('notes.list', []), ...value('notes.save', { noteId: 'n', lessonId: 'l', atMs: 0, text: '' }) } });
  const { page } = stage;
  await page.keyboard.press('k');
  await page.keyboard.press('5');
  await expect.poll(() => video('currentTime')).toBeCloseTo(30, 0);
  await page.keyboard.press('b');
  await expect(page.getByText('Bookmarked 0:30')).toBeVisible();
  await showPanel();
  await page.getByRole('tab', { name: 'Notes' }).click();
  await page.getByLabel('Write a note at this moment').pressSequentially('kettle first, b and k are letters here');
  await page.locator('video').evaluate((element: HTMLVideoElement) => (element.currentTime = 40));
  await expect(page.getByText('Note at 0:30')).toBeVisible();
  await page.getByRole('button', { name: 'Keep the note' }).click();
  await expect.poll(async () => (await named('notes.save')).map((input) => (input as { atMs: number; text: string }).text)).toEqual([
    '',
    'kettle first, b and k are letters here',
  ]);
  expect(await video('paused')).toBe(true);
  await stage.answer(value('notes.list', [{ noteId: 'n', lessonId: 'l', atMs: 12_000, text: 'kettle first' }]));
  await stage.announce('notes.changed', {});
  await page.getByRole('button', { name: /0:12.*kettle first/ }).click();
  await expect.poll(() => video('currentTime')).toBeCloseTo(12, 0);
});

test('what was typed and not kept is there when the lesson is opened again, and what is typed on is written down', async () => {
  const { id } = school.lesson(0);
  await openLesson({ answers: { ...value('notes.list', []), ...value('notes.drafts', [{ lessonId: id, noteId: null, text: 'kettle first', atMs: 12_000 }]), ...value('notes.keepDraft', undefined) } });
  const { page } = stage;
  await page.keyboard.press('k');
  await showPanel();
  await page.getByRole('tab', { name: 'Notes' }).click();
  const field = page.getByLabel('Note at 0:12');
  await expect(field).toHaveValue('kettle first');
  await field.press('End');
  await field.pressSequentially(', then the cup');
  const written = async () => (await stage.calls()).filter(({ name }) => name === 'notes.keepDraft').at(-1)?.input;
  await expect.poll(written).toMatchObject({ lessonId: id, noteId: null, draft: { text: 'kettle first, then the cup', atMs: 12_000 } });
  expect(await page.evaluate(() => localStorage.length)).toBe(0);
});

test('a line that was found opens its lesson at that moment, and the way back leads to what was found', async () => {
  const { id, courseId, title } = school.lesson(0);
  const line = { startMs: 24_000, parts: [{ text: 'carries ', found: false }, { text: 'oxygen', found: true }] };
  const found = { lessonId: id, courseId, lessonTitle: title, courseTitle: 'The heart', language: 'en', count: 1, lines: [line] };
  await stage.show({
    ...school.answers,
    ...value('playback.open', playbackSource(school, 0, { resumeMs: 50_000 })),
    ...value('playback.availability', { mediaId: 'media-1', renditions: [] }),
    ...value('progress.report', undefined),
    ...value('transcripts.search', { lessons: [found], searched: 1 }),
  });
  const { page } = stage;
  await page.getByRole('button', { name: 'Search', exact: true }).click();
  await page.getByLabel('Words that are said in a lesson').fill('oxyg');
  await page.getByRole('button', { name: /0:24.*carries oxygen/ }).click();
  await expect.poll(() => video('currentTime')).toBeGreaterThan(24);
  expect(await video('currentTime')).toBeLessThan(40);
  await wakeControls(page);
  await page.getByRole('button', { name: 'Back', exact: true }).click();
  await expect(page.getByLabel('Words that are said in a lesson')).toHaveValue('oxyg');
  await expect(page.getByRole('button', { name: /0:24.*carries oxygen/ })).toBeVisible();
});

test('keeps the screen awake while it plays, and lets it sleep when it does not', async () => {
  await openLesson();
  const awake = async () => (await named('shell.keepAwake')).map((input) => (input as { on: boolean }).on);
  await expect.poll(awake).toEqual([true]);
  await stage.page.keyboard.press('k');
  await expect.poll(awake).toEqual([true, false]);
  await stage.page.keyboard.press('k');
  await expect.poll(awake).toEqual([true, false, true]);
  await wakeControls(stage.page);
  await stage.page.getByRole('button', { name: 'Back', exact: true }).click();
  await expect.poll(awake).toEqual([true, false, true, false]);
});

test('shows over the bar what the lesson looks like there, fetched only when one looks', async () => {
  const requests: string[] = [];
  const note = (request: { url: () => string }) => requests.push(request.url());
  await openLesson({ source: { thumbnailsUrl: 'app://teachify/media/lesson/thumbnails.vtt', chapters: [{ startMs: 0, title: 'The way of blood' }, { startMs: 36_000, title: 'The thicker wall' }] } });
  const { page } = stage;
  page.on('request', note);
  await wakeControls(page);
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
  const sounds = [{ language: 'en', label: 'en' }, { language: 'hi', label: 'hi' }];
  await openLesson({ source: { url: 'app://teachify/media/lesson/two-sounds.m3u8', sounds }, note: (request) => requests.push(request.url()) });
  const { page } = stage;
  expect(requests.some((url) => /second-\d/.test(url))).toBe(false);
  await wakeControls(page);
  await page.getByRole('button', { name: 'Captions', exact: true }).click();
  await page.getByRole('menuitemradio', { name: 'हिन्दी' }).click();
  await expect.poll(() => requests.some((url) => /second-\d/.test(url))).toBe(true);
  expect(await named('settings.set')).toEqual([{ soundLanguage: 'hi' }]);
  const at = Number(await video('currentTime'));
  await expect.poll(() => video('currentTime')).toBeGreaterThan(at + 1);

  // The next lesson begins in it.
  const next: string[] = [];
  await openLesson({ source: { url: 'app://teachify/media/lesson/two-sounds.m3u8', sounds }, answers: value('settings.get', { ...defaultSettings, soundLanguage: 'hi' }), note: (request) => next.push(request.url()) });
  await expect.poll(() => next.some((url) => /second-\d/.test(url))).toBe(true);
  expect(next.some((url) => /sound-\d/.test(url))).toBe(false);
});

test('captions grow when asked to', async () => {
  await openLesson({ answers: value('settings.get', { ...defaultSettings, captions: true, captionLanguage: 'en' }) });
  const { page } = stage;
  const size = () => page.locator('.player-caption').evaluate((line) => Number.parseFloat(getComputedStyle(line.querySelector('span') ?? line).fontSize));
  await expect(page.locator('.player-caption span')).toBeVisible();
  const before = await size();
  await wakeControls(page);
  await page.getByRole('button', { name: 'Captions', exact: true }).click();
  await page.getByRole('menuitemradio', { name: 'Large' }).click();
  await expect.poll(size).toBeGreaterThan(before * 1.2);
  expect(await named('settings.set')).toEqual([{ captionSize: 'large' }]);
});

test('the list of keys opens by its own, and single keys are switched off in it; space and arrows go on working', async () => {
  await openLesson();
  const { page } = stage;
  await page.keyboard.press('?');
  const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await expect(sheet).toContainText('Bookmark this moment');
  await sheet.getByRole('switch', { name: 'Single keys in the player' }).press('Space');
  await page.keyboard.press('Escape');
  await expect(sheet).toBeHidden();
  expect(await named('settings.set')).toEqual([{ playerKeys: false }]);
  await stage.announce('settings.changed', { ...defaultSettings, playerKeys: false });
  for (const key of ['m', '5', '?']) await page.keyboard.press(key);
  await page.keyboard.press(' ');
  await expect.poll(() => video('paused')).toBe(true);
  expect(await video('muted')).toBe(false);
  expect(await video('currentTime')).toBeLessThan(20);
  await expect(sheet).toBeHidden();
  await page.keyboard.press('End');
  await expect.poll(() => video('currentTime')).toBeGreaterThan(59);
});

test('the picture goes into a window of its own and comes back, by key and by button', async () => {
  await openLesson();
  const { page } = stage;
  const isApart = () => page.evaluate(() => document.pictureInPictureElement === document.querySelector('video'));
  await page.keyboard.press('i');
  await expect.poll(isApart).toBe(true);
  const at = Number(await video('currentTime'));
  await expect.poll(() => video('currentTime')).toBeGreaterThan(at + 0.5);
  await wakeControls(page);
  await page.getByRole('button', { name: 'Picture in picture' }).click();
  await expect.poll(isApart).toBe(false);
  expect(await video('paused')).toBe(false);
});

test('chapters stand in a tab of their own: the one that plays is marked, and a click goes to another', async () => {
  await openLesson({ source: { chapters: [{ startMs: 0, title: 'The way of blood' }, { startMs: 36_000, title: 'The thicker wall' }] } });
  const { page } = stage;
  await showPanel();
  await page.getByRole('tab', { name: 'Chapters' }).click();
  const chapter = (title: string) => page.getByRole('tabpanel').getByRole('button', { name: new RegExp(title) });
  await expect(chapter('The way of blood')).toHaveAttribute('aria-current', 'true');
  await chapter('The thicker wall').click();
  await expect.poll(() => video('currentTime')).toBeGreaterThanOrEqual(36);
  await expect(chapter('The thicker wall')).toHaveAttribute('aria-current', 'true');
  await expect(chapter('The way of blood')).not.toHaveAttribute('aria-current');
});

test('the quality menu says what the rest costs, what of it is here, and what Auto would take', async () => {
  const here = value('playback.availability', { mediaId: 'media-1', renditions: [{ quality: '480p', ranges: [[0, 54_000]] }] });
  await openLesson({ source: { resumeMs: 12_000 }, answers: { ...here, ...value('playback.bandwidth', { bitsPerSecond: 300_000 }) } });
  const { page } = stage;
  await page.keyboard.press('k');
  await page.keyboard.press('2');
  await expect.poll(() => video('currentTime')).toBeCloseTo(12, 1);
  await wakeControls(page);
  await page.getByRole('button', { name: /^Quality/ }).click();
  const notes = () => page.getByRole('menuitemradio').evaluateAll((items) => Object.fromEntries(items.map((item) => ['.menu-words > span', '.menu-note'].map((part) => item.querySelector(part)?.textContent))) as unknown);
  // From 0:10 on, 44 of 50 seconds are here in 480p, which makes it cheaper than 360p.
  await expect.poll(notes).toEqual({ 'Auto (480p)': '310 kB more, some is here', '720p': '4.9 MB for the rest', '480p': '310 kB more, some is here', '360p': '1.4 MB for the rest' });
});

test('a lesson that is not here, opened without a line, can be queued, and says what plays instead', async () => {
  const away = school.lesson(0);
  const [here, other] = [school.lesson(1), school.lesson(2)];
  await openLesson({
    pictures: false,
    answers: {
      ...value('connection.state', { status: 'offline', reason: 'offline', since: 0 }),
      ...failure('playback.open', 'not_on_this_computer'),
      ...value('downloads.list', [download(school, 1, { state: 'ready' })]),
      ...value('downloads.add', undefined),
    },
  });
  const { page } = stage;
  const card = page.getByRole('alert');
  await expect(card).toContainText('This lesson is not on this computer');
  await expect(card.getByRole('button', { name: here.title })).toBeVisible();
  await expect(card.getByRole('button', { name: other.title })).toBeHidden();
  await card.getByRole('button', { name: 'Download when online' }).click();
  await expect.poll(() => named('downloads.add')).toEqual([{ lessonIds: [away.id], quality: defaultSettings.downloadQuality }]);
  await stage.announce('downloads.changed', { whole: false, items: [download(school, 0, { state: 'queued' })], removed: [] });
  await expect(card).toContainText('It is in the queue and comes by itself.');
  await card.getByRole('button', { name: here.title }).click();
  await expect.poll(() => named('playback.open')).toEqual([{ lessonId: away.id }, { lessonId: here.id }]);
});

test('a part that no decoder takes is left out with a word, and the lesson goes on behind it', async () => {
  await openLesson({ source: { resumeMs: 22_000 }, damaged: ['p-4.m4s'] });
  await expect(stage.page.getByText('A damaged part was skipped')).toBeVisible();
  await expect.poll(() => video('currentTime')).toBeGreaterThan(31);
  await expect(stage.page.getByRole('alert')).toBeHidden();
});

test('a lesson that no decoder takes says so, keeps the place, and offers to check its files', async () => {
  const checked = { ...value('downloads.verify', { badPieces: 0 }), ...value('playback.verify', { badPieces: 2 }) };
  await openLesson({ source: { resumeMs: 22_000 }, damaged: secondHalf.concat('-4.m4s'), pictures: false, answers: { ...value('downloads.list', [download(school, 0, { state: 'ready' })]), ...checked } });
  await expect(stage.page.getByRole('alert')).toBeVisible();
  await stage.setDamaged([]);
  await stage.page.getByRole('button', { name: 'Check the files' }).click();
  await expect.poll(() => video('currentTime')).toBeGreaterThan(22);
  const { lessonId, mediaId } = playbackSource(school, 0);
  expect((await stage.calls()).filter(({ name }) => name.endsWith('.verify')).map(({ input }) => input)).toEqual([{ lessonId }, { mediaId }]);
  // Wherever it gave up, nothing ever said that the student was back at the start.
  expect((await reports()).every(({ positionMs }) => positionMs >= 22_000)).toBe(true);
});

test('a lesson that was only streamed can have its files checked too', async () => {
  await openLesson({ source: { resumeMs: 26_000 }, gone: secondHalf, answers: value('playback.verify', { badPieces: 1 }) });
  await expect(stage.page.getByRole('alert')).toBeVisible();
  await stage.setGone([]);
  await stage.page.getByRole('button', { name: 'Check the files' }).click();
  await expect.poll(() => video('currentTime')).toBeGreaterThan(30);
  expect((await stage.calls()).filter(({ name }) => name.endsWith('.verify')).map(({ name }) => name)).toEqual(['playback.verify']);
});
