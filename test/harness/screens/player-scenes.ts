import { failure, pending, value, type Answers } from '../fixture-bridge.ts';
import type { PlaybackSource } from '../../../src/shared/contracts/playback.ts';
import type { Settings } from '../../../src/shared/models/settings.ts';
import type { Scene } from './scene.ts';
import { createSchool, download, playbackSource, watched } from './school.ts';
import type { Stage } from './stage.ts';

const everywhere: Scene['dressings'] = ['plain', 'small', 'zoomed', 'dark', 'contrast', 'rtl', 'long'];
const offline = value('connection.state', { status: 'offline', reason: 'offline', since: Date.now() - 120_000 });
const secondHalf = ['-5.m4s', '-6.m4s', '-7.m4s', '-8.m4s', '-9.m4s'];

const attachments: PlaybackSource['attachments'] = [
  { attachmentId: 'one', name: 'The heart, drawn and labelled.pdf', kind: 'pdf', bytes: 1_840_000 },
  { attachmentId: 'two', name: 'Slides of the lesson (with the questions of last week and their answers).pptx', kind: 'slides', bytes: 12_600_000 },
  { attachmentId: 'three', name: 'صورة القلب.jpg', kind: 'picture', bytes: 340_000 },
];

const chapters: PlaybackSource['chapters'] = [{ startMs: 0, title: 'The way of blood' }, { startMs: 20_000, title: 'Why the left wall is thicker' }];

/** The player with a real lesson in it. */
export const playerScenes: readonly Scene[] = [
  scene('player', everywhere, { source: { resumeMs: 20_000 }, settings: { captions: true } }, async (stage) => {
    await playing(stage);
    await awake(stage);
  }),
  scene('player-panel', ['plain', 'small', 'dark', 'long', 'rtl'], { settings: { captions: true } }, async (stage) => {
    await playing(stage);
    await awake(stage);
    if ((await stage.page.locator('.player-panel').count()) === 0) await stage.page.locator('.player-top button').last().click();
    await stage.page.locator('.transcript-line').first().waitFor();
    // Off the button, whose tooltip would come in some pictures and not in others.
    await stage.page.mouse.move(300, 200);
  }),
  scene(
    'player-notes',
    ['plain', 'small', 'zoomed', 'long', 'rtl'],
    {
      answers: value('notes.list', [
        { noteId: 'one', lessonId: 'lesson', atMs: 4000, text: 'The left side pumps the blood that carries oxygen.\nAsk why it is the thicker one.' },
        { noteId: 'two', lessonId: 'lesson', atMs: 31_000, text: '' },
      ]),
    },
    async (stage) => {
      await playing(stage);
      await openTab(stage, 1);
      await stage.page.locator('.note').first().waitFor();
      await stage.page.mouse.move(300, 200);
    },
  ),
  scene('player-files', ['plain', 'small', 'zoomed', 'dark', 'long', 'rtl'], { source: { attachments } }, async (stage) => {
    await playing(stage);
    await openTab(stage, 2);
    await stage.page.locator('.file').first().waitFor();
    await stage.page.mouse.move(300, 200);
  }),
  scene('player-file-saved', ['plain', 'small', 'rtl'], { source: { attachments }, answers: value('playback.saveAttachment', { copyId: 'copy' }) }, async (stage) => {
    await playing(stage);
    await openTab(stage, 2);
    await stage.page.locator('.file button').first().click();
    await stage.page.locator('.notice').waitFor();
    await stage.page.mouse.move(300, 200);
  }),
  scene('player-quality', ['plain', 'small', 'zoomed'], { local: 0.6 }, async (stage) => {
    await playing(stage);
    await awake(stage);
    await stage.page.getByRole('button', { name: /^Quality/ }).click();
    await stage.page.getByRole('menu').waitFor();
  }),
  scene(
    'player-captions-menu',
    ['plain', 'small', 'zoomed', 'rtl'],
    { source: { sounds: [{ language: 'en', label: 'en' }, { language: 'hi', label: 'hi' }] }, settings: { captions: true, captionSize: 'large' } },
    async (stage) => {
      await playing(stage);
      await awake(stage);
      await stage.page.locator('.player-buttons button[aria-haspopup]').nth(1).click();
      await stage.page.getByRole('menu').waitFor();
    },
  ),
  scene(
    'player-preview',
    ['plain', 'zoomed', 'long'],
    { source: { thumbnailsUrl: 'app://teachify/media/lesson/thumbnails.vtt', chapters } },
    async (stage) => {
      await playing(stage);
      await awake(stage);
      await stage.page.locator('.seek-track').hover();
      await stage.page.locator('.seek-picture').waitFor();
    },
  ),
  scene('player-buffering', ['plain', 'zoomed'], { source: { resumeMs: 28_000 } }, async (stage) => {
    await stage.setSlow(secondHalf);
    await playing(stage);
    await stage.page.locator('.player-word').waitFor({ timeout: 20_000 });
  }),
  scene('player-failed', ['plain', 'small', 'zoomed', 'rtl'], { source: { resumeMs: 26_000 }, local: 1 }, async (stage) => {
    await stage.setGone(secondHalf);
    await stage.page.getByRole('alert').waitFor({ timeout: 20_000 });
  }),
  scene('player-downloaded-offline', ['plain'], { source: { downloadedQuality: '480p' }, local: 1, answers: offline }, async (stage) => {
    await playing(stage);
    await awake(stage);
  }),
  scene('player-gap', ['plain', 'small', 'zoomed', 'rtl'], { source: { resumeMs: 28_000 }, local: 0.5, answers: offline, absent: secondHalf }, async (stage) => {
    // What is there is played first; it stands still behind it.
    await stage.page.waitForFunction(() => (document.querySelector('video')?.currentTime ?? 0) > 29.5, null, { timeout: 20_000 });
    await stage.page.locator('.player-card').waitFor({ timeout: 20_000 });
  }),
  scene('player-absent', ['plain', 'zoomed', 'rtl'], { here: [1, 2], answers: { ...offline, ...failure('playback.open', 'not_on_this_computer') } }, async ({ page }) => {
    await page.getByRole('alert').waitFor();
  }),
  scene('player-lease', ['plain', 'zoomed'], { answers: failure('playback.open', 'lease_expired', false) }, async ({ page }) => {
    await page.getByRole('alert').waitFor();
  }),
  scene('player-opening', ['plain'], { answers: pending('playback.open') }, async ({ page }) => {
    await page.getByText('Opening the lesson').waitFor();
  }),
  scene('player-ended', ['plain', 'small', 'zoomed', 'long', 'rtl'], {}, async (stage) => {
    await playing(stage);
    await stage.page.locator('video').evaluate((video: HTMLVideoElement) => (video.currentTime = 59.2));
    await stage.page.locator('.player-next').waitFor({ timeout: 20_000 });
  }),
  scene('player-speed', ['plain', 'zoomed', 'rtl'], {}, async (stage) => {
    await playing(stage);
    await awake(stage);
    await stage.page.locator('.player-buttons button[aria-haspopup]').first().click();
    await stage.page.getByRole('menu').waitFor();
  }),
  scene('player-transcript-search', ['plain', 'small', 'zoomed', 'rtl'], { settings: { captions: true } }, async (stage) => {
    await playing(stage);
    await openTab(stage, 0);
    await stage.page.locator('.transcript-line').first().waitFor();
    await stage.page.locator('.transcript-search input').fill('oxygen');
    await stage.page.locator('.transcript-search [role=status]').filter({ hasText: /./ }).waitFor();
  }),
  scene('player-transcript-absent', ['plain', 'rtl'], { absent: ['captions.vtt'] }, async (stage) => {
    await playing(stage);
    await openTab(stage, 0);
    await stage.page.locator('.player-panel-word').waitFor();
  }),
  scene('player-chapters', ['plain', 'small', 'rtl'], { source: { chapters } }, async (stage) => {
    await playing(stage);
    await openTab(stage, 1);
    await stage.page.locator('.transcript-line').first().waitFor();
  }),
  scene('player-lessons', ['plain', 'small', 'long', 'rtl'], { here: [1] }, async (stage) => {
    await playing(stage);
    await openTab(stage, 2);
    await stage.page.locator('.player-lesson').first().waitFor();
  }),
  scene('player-note-changed', ['plain', 'zoomed', 'rtl'], { answers: value('notes.list', [{ noteId: 'one', lessonId: 'lesson', atMs: 4000, text: 'The left side pumps the blood that carries oxygen.' }]) }, async (stage) => {
    await playing(stage);
    await openTab(stage, 1);
    await stage.page.locator('.note button').nth(1).click();
    await stage.page.locator('.notes textarea').waitFor();
  }),
  scene('player-full-screen', ['plain', 'zoomed', 'rtl'], { settings: { captions: true, captionSize: 'large' }, source: { chapters } }, async (stage) => {
    await stage.announce('shell.fullScreenChanged', { on: true });
    await playing(stage);
    await stage.page.locator('.player-caption span').waitFor();
    await awake(stage);
  }),
  scene('player-standstill', ['plain', 'small', 'zoomed', 'contrast', 'rtl'], { source: { resumeMs: 28_000 }, local: 0.5, absent: secondHalf }, async (stage) => {
    await stage.page.locator('.player-card').waitFor({ timeout: 20_000 });
    await stage.announce('playback.blocked', { mediaId: 'media-1', code: 'piece_corrupt' });
    await stage.page.locator('.player-card-actions button').nth(1).waitFor();
  }),
  scene('player-retrying', ['plain', 'rtl'], { source: { resumeMs: 28_000 }, local: 0.5, absent: secondHalf, answers: pending('playback.retry') }, async (stage) => {
    await stage.page.locator('.player-card').waitFor({ timeout: 20_000 });
    await stage.announce('playback.blocked', { mediaId: 'media-1', code: 'server_error' });
    await stage.page.locator('.player-card-actions button').click();
    await stage.page.locator('.player-card-actions [data-pending]').waitFor();
    await stage.page.mouse.move(300, 20);
  }),
  scene('player-undecodable', ['plain', 'rtl'], { source: { kind: 'mp4', url: 'app://teachify/media/lesson/plain.mp4', qualities: [] }, absent: ['plain.mp4'] }, async (stage) => {
    await stage.page.locator('.player-card').waitFor({ timeout: 20_000 });
    await stage.setDamaged(['plain.mp4']);
    await stage.setAbsent([]);
    await stage.announce('playback.available', { mediaId: 'media-1' });
    await stage.page.getByRole('alert').waitFor({ timeout: 20_000 });
  }),
  scene('player-ended-writing', ['plain', 'zoomed', 'rtl'], {}, async (stage) => {
    await playing(stage);
    await openTab(stage, 1);
    await stage.page.locator('.note-field textarea').fill('Ask about the valve.');
    await stage.page.locator('video').evaluate((video: HTMLVideoElement) => {
      video.currentTime = 59.2;
      return video.play();
    });
    await stage.page.locator('.player-next').waitFor({ timeout: 20_000 });
    // What is on the screen stays; the scenes that follow begin without it.
    await stage.page.evaluate(() => localStorage.clear());
  }),
];

interface PlayerSetting {
  readonly source?: Partial<PlaybackSource>;
  readonly settings?: Partial<Settings>;
  /** How much of the lesson is on this computer in 480p. */
  readonly local?: number;
  /** Other lessons that are on this computer. */
  readonly here?: readonly number[];
  readonly answers?: Answers;
  readonly absent?: readonly string[];
}

function scene(id: string, dressings: Scene['dressings'], { source, settings: chosen, local = 0, here = [], answers, absent = [] }: PlayerSetting, play: (stage: Stage) => Promise<void>): Scene {
  return {
    id,
    dressings,
    set: (words, settings) => {
      const school = createSchool(words);
      return {
        absent,
        answers: {
          ...school.answers,
          ...value('settings.get', { ...settings, ...chosen }),
          ...value('progress.lessons', [watched(school, 0, [[0, 0.3]], 5), watched(school, 1, [[0, 1]], 500)]),
          ...value('progress.report', undefined),
          ...value('playback.open', playbackSource(school, 0, source)),
          ...value('playback.availability', {
            mediaId: 'media-1',
            renditions: local === 0 ? [] : [{ quality: '480p', ranges: [[0, Math.round(60_000 * local)]] }],
          }),
          ...value('downloads.list', [...(local === 1 ? [0] : []), ...here].map((index) => download(school, index, { state: 'ready' }))),
          ...answers,
        },
      };
    },
    play: async (stage) => {
      await openLesson(stage);
      await play(stage);
    },
  };
}

async function openLesson({ page }: Stage): Promise<void> {
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.locator('.course-card').first().click();
  await page.locator('.lesson-open').first().click();
}

async function playing({ page }: Stage): Promise<void> {
  // A picture on the screen, not only a clock that runs.
  await page.waitForFunction(() => (document.querySelector('video')?.getVideoPlaybackQuality().totalVideoFrames ?? 0) > 5, null, { timeout: 20_000 });
}

/** A tab of the panel by its place. */
async function openTab(stage: Stage, place: number): Promise<void> {
  await awake(stage);
  if ((await stage.page.locator('.player-panel').count()) === 0) await stage.page.locator('.player-top button').last().click();
  await stage.page.locator('.player-tab').nth(place).click();
  await stage.page.mouse.move(300, 200);
}

/** The controls show themselves, and the lesson stands still for the picture. */
async function awake({ page }: Stage): Promise<void> {
  await page.locator('video').evaluate((video: HTMLVideoElement) => video.pause());
  await page.mouse.move(300, 300);
}
