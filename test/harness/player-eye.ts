import type { Page } from '@playwright/test';
import type { TimeRange } from '../../src/shared/models/ranges.ts';

/** What a video element really showed over a while; asked of the element and of the compositor, not of the app. */
export interface Seen {
  readonly fromMs: number;
  readonly toMs: number;
  /** Frames the decoder handed over, and frames that were presented (requestVideoFrameCallback). */
  readonly decoded: number;
  readonly presented: number;
  /** A coarse picture of the first and of the last frame: brightness of 16 x 9 fields, 0 to 255. */
  readonly first: readonly number[];
  readonly last: readonly number[];
}

/** Looks at the video for so many milliseconds, once there is one. */
export async function watchVideo(page: Page, milliseconds: number): Promise<Seen> {
  await page.locator('video').waitFor({ state: 'attached' });
  return page.evaluate(async (length) => {
    const video = document.querySelector('video');
    if (!video) throw new Error('No video here');
    const canvas = new OffscreenCanvas(16, 9);
    const brush = canvas.getContext('2d', { willReadFrequently: true });
    if (!brush) throw new Error('No canvas here');
    const look = () => {
      brush.drawImage(video, 0, 0, 16, 9);
      const { data } = brush.getImageData(0, 0, 16, 9);
      return Array.from({ length: 16 * 9 }, (_, field) => Math.round(((data[field * 4] ?? 0) + (data[field * 4 + 1] ?? 0) + (data[field * 4 + 2] ?? 0)) / 3));
    };
    let presented = 0;
    let looking = true;
    const count = () => {
      presented += 1;
      if (looking) video.requestVideoFrameCallback(count);
    };
    video.requestVideoFrameCallback(count);
    const before = { fromMs: video.currentTime * 1000, decoded: video.getVideoPlaybackQuality().totalVideoFrames, first: look() };
    await new Promise((resolve) => setTimeout(resolve, length));
    looking = false;
    return {
      fromMs: Math.round(before.fromMs),
      toMs: Math.round(video.currentTime * 1000),
      decoded: video.getVideoPlaybackQuality().totalVideoFrames - before.decoded,
      presented,
      first: before.first,
      last: look(),
    };
  }, milliseconds);
}

/** The element's own record of what was played since it was made (HTML 4.8.11.8, `played`), in whole milliseconds. */
export function playedRanges(page: Page): Promise<TimeRange[]> {
  return page.evaluate(() => {
    const played = document.querySelector('video')?.played;
    return Array.from({ length: played?.length ?? 0 }, (_, index): [number, number] => [
      Math.round((played?.start(index) ?? 0) * 1000),
      Math.round((played?.end(index) ?? 0) * 1000),
    ]).filter(([start, end]) => end > start);
  });
}

/** How different two coarse pictures are: the mean difference of their fields, 0 to 255. */
export function difference(one: readonly number[], other: readonly number[]): number {
  return one.reduce((sum, field, index) => sum + Math.abs(field - (other[index] ?? 0)), 0) / Math.max(1, one.length);
}
