import type { SessionSnapshot } from '../../../src/shared/models/progress.ts';
import { defaultSettings } from '../../../src/shared/models/settings.ts';
import { value, type Answers } from '../fixture-bridge.ts';
import { wakeControls } from '../wake-controls.ts';
import { playbackSource, type School } from './school.ts';
import type { Stage } from './stage.ts';

export interface Opening {
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
export async function openLesson(stage: Stage, school: School, { source, answers, absent = [], gone = [], damaged = [], slow = [], pictures = true, note }: Opening = {}): Promise<void> {
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
export async function showPanel({ page }: Stage): Promise<void> {
  if (await page.locator('.player-panel').isVisible()) return;
  await wakeControls(page);
  await page.getByRole('button', { name: 'Lessons and transcript' }).click();
}

export function videoIn<Name extends keyof HTMLVideoElement>({ page }: Stage, name: Name): Promise<HTMLVideoElement[Name]> {
  return page.locator('video').evaluate((element: HTMLVideoElement, property) => element[property as Name], name);
}

/** What the player reported of watching. */
export async function reportsTo(stage: Stage): Promise<SessionSnapshot[]> {
  return (await stage.calls()).filter(({ name }) => name === 'progress.report').map(({ input }) => input as SessionSnapshot);
}
