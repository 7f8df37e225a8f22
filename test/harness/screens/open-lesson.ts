import type { CallName } from '../../../src/shared/contracts/bridge.ts';
import type { PlaybackSource } from '../../../src/shared/contracts/playback.ts';
import type { SessionSnapshot } from '../../../src/shared/models/progress.ts';
import { defaultSettings } from '../../../src/shared/models/settings.ts';
import { value, type Answers } from '../fixture-bridge.ts';
import { wakeControls } from '../wake-controls.ts';
import { playbackSource, type School } from './school.ts';
import type { Stage } from './stage.ts';

/** The segments of the second half minute, in every quality. */
export const secondHalf: readonly string[] = ['-5.m4s', '-6.m4s', '-7.m4s', '-8.m4s', '-9.m4s'];
/** The same lesson as one plain file. */
export const plain: Partial<PlaybackSource> & { url: string } = { kind: 'mp4', url: 'app://teachify/media/lesson/plain.mp4', qualities: [{ quality: 'original', height: 0, bytes: 1_500_000, onThisComputer: false }] };

interface Opening {
  readonly source?: Parameters<typeof playbackSource>[2];
  readonly answers?: Answers;
  readonly absent?: readonly string[];
  readonly gone?: readonly string[];
  readonly damaged?: readonly string[];
  readonly slow?: readonly string[];
  /** False where no picture can come. */
  readonly pictures?: boolean;
  /** Listens on to the requests of this opening. */
  readonly note?: (request: { url: () => string }) => void;
}

let openings = 0;

/** As main gives it: every opening has an address of its own, or Chromium may show what it remembers of the last one's file. */
function ofItsOwn(source: Opening['source']): Opening['source'] {
  return source?.kind === 'mp4' && source.url !== undefined ? { ...source, url: `${source.url}?opening=${(openings += 1)}` } : source;
}

/** Opens the first lesson from Home, as a student does, and waits for its picture. */
async function openLesson(stage: Stage, school: School, { source, answers, absent = [], gone = [], damaged = [], slow = [], pictures = true, note }: Opening = {}): Promise<void> {
  // What the lesson before still asks for is not of this one.
  await stage.page.goto('about:blank');
  stage.page.removeAllListeners('request');
  if (note) stage.page.on('request', note);
  const all: Answers = {
    ...school.answers,
    ...value('settings.get', defaultSettings),
    ...value('playback.open', playbackSource(school, 0, ofItsOwn(source))),
    ...value('playback.availability', { mediaId: 'media-1', renditions: [] }),
    ...value('progress.report', undefined),
    ...answers,
  };
  await stage.show(all, { absent });
  await stage.setGone(gone);
  await stage.setDamaged(damaged);
  await stage.setSlow(slow);
  await stage.page.locator('.course-card .card-button').first().click();
  await stage.page.getByRole('button', { name: /^Play Four/ }).click();
  if (pictures) await stage.page.waitForFunction(() => (document.querySelector('video')?.getVideoPlaybackQuality().totalVideoFrames ?? 0) > 2);
}

/** Lessons, transcript, notes and files beside the picture. */
async function showPanel({ page }: Stage): Promise<void> {
  if (await page.locator('.player-panel').isVisible()) return;
  await wakeControls(page);
  await page.getByRole('button', { name: 'Lessons and transcript' }).click();
}

function videoIn<Name extends keyof HTMLVideoElement>({ page }: Stage, name: Name): Promise<HTMLVideoElement[Name]> {
  return page.locator('video').evaluate((element: HTMLVideoElement, property) => element[property as Name], name);
}

/** What the player reported of watching. */
async function reportsTo(stage: Stage): Promise<SessionSnapshot[]> {
  return (await stage.calls()).filter(({ name }) => name === 'progress.report').map(({ input }) => input as SessionSnapshot);
}

/** What a test of the player does and asks, on this stage. */
export function playerOn(stage: Stage, school: School) {
  return {
    openLesson: (opening?: Opening) => openLesson(stage, school, opening),
    showPanel: () => showPanel(stage),
    video: <Name extends keyof HTMLVideoElement>(name: Name) => videoIn(stage, name),
    reports: () => reportsTo(stage),
    /** What was given along with each call of this name. */
    named: async (call: CallName) => (await stage.calls()).filter(({ name }) => name === call).map(({ input }) => input),
  };
}
