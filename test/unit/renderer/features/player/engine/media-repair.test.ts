import { EventEmitter } from 'node:events';
import type Hls from 'hls.js';
import { ErrorDetails, Events } from 'hls.js';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createMediaRepair } from '../../../../../../src/renderer/features/player/engine/media-repair.ts';

// Six seconds each, the fourth one damaged: where the player goes on behind it, and how often it says so.
const fragments = Array.from({ length: 8 }, (_, sn) => ({ sn, start: sn * 6, end: sn * 6 + 6 }));

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('HTMLMediaElement', { HAVE_NOTHING: 0, HAVE_CURRENT_DATA: 2 });
  vi.stubGlobal('window', { setTimeout, clearTimeout });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function setUp(at: number) {
  const video = Object.assign(new EventTarget(), { readyState: 4, currentTime: at, error: null as { message: string } | null, play: vi.fn<() => Promise<void>>(() => Promise.resolve()) });
  const begun: number[] = [];
  let wished = true;
  const skipped = vi.fn<() => void>();
  const failed = vi.fn<() => void>();
  const media = createMediaRepair({ video: video as unknown as HTMLVideoElement, toPlay: () => wished, now: () => Date.now(), beginAt: (seconds) => void begun.push(seconds), skipped, failed });
  const follow = () => {
    const hls = Object.assign(new EventEmitter(), { currentLevel: 0, levels: [{ details: { fragments } }] });
    media.follow(hls as unknown as Hls);
    const tell = (event: Events, sn: number) => hls.emit(event, event, { type: 'video', frag: fragments[sn] });
    return {
      appending: (sn: number) => tell(Events.BUFFER_APPENDING, sn),
      appended: (sn: number) => tell(Events.BUFFER_APPENDED, sn),
      appendError: () => hls.emit(Events.ERROR, Events.ERROR, { details: ErrorDetails.BUFFER_APPENDING_ERROR, sourceBufferName: 'video', fatal: false }),
      fail: (message: string, meanwhile?: () => void) => {
        video.error = { message };
        media.repair(hls as unknown as Hls);
        meanwhile?.();
        vi.advanceTimersByTime(10_000);
        video.error = null;
      },
    };
  };
  return { follow, media, video, begun, skipped, failed, pause: () => void (wished = false) };
}

const refused = 'CHUNK_DEMUXER_ERROR_APPEND_FAILED: Failed to prepare video sample for decode';
const undecodable = 'PIPELINE_ERROR_DECODE: Failed to decode frame';

it('leaves out the part that was being taken in', () => {
  const { follow, begun, skipped } = setUp(20);
  for (let round = 0; round < 2; round++) {
    const hls = follow();
    hls.appending(3);
    hls.appended(3);
    hls.appending(4);
    hls.fail(refused);
  }
  expect(begun).toEqual([20, 30]);
  expect(skipped).toHaveBeenCalledOnce();
});

it('on a slow machine, leaves out the part that was refused, though it counted as taken in by the time that was told', () => {
  const { follow, begun, skipped } = setUp(20);
  for (let round = 0; round < 2; round++) {
    const hls = follow();
    hls.appending(3);
    hls.appended(3);
    hls.appending(4);
    hls.appended(4);
    hls.fail(refused);
  }
  expect(begun).toEqual([20, 30]);
  expect(skipped).toHaveBeenCalledOnce();
});

it('nor the one behind it, which had begun by then', () => {
  const { follow, begun } = setUp(20);
  for (let round = 0; round < 2; round++) {
    const hls = follow();
    hls.appending(3);
    hls.appended(3);
    hls.appending(4);
    hls.appendError();
    hls.appended(4);
    hls.appending(5);
    hls.fail(refused);
  }
  expect(begun).toEqual([20, 30]);
});

it('leaves out the part on the screen when a decoder finds what is wrong with it, or the next one where it reads ahead into it', () => {
  for (const [at, behind] of [[20, 24], [23.8, 30]] as const) {
    const { follow, begun, skipped } = setUp(at);
    for (let round = 0; round < 2; round++) {
      const hls = follow();
      for (const sn of [3, 4, 5]) {
        hls.appending(sn);
        hls.appended(sn);
      }
      hls.fail(undecodable);
    }
    expect(begun).toEqual([at, behind]);
    expect(skipped).toHaveBeenCalledOnce();
  }
});

it('goes where the student went while it waited to set up anew', () => {
  const { follow, media, begun } = setUp(20);
  follow().fail(undecodable);
  media.goTo(2);
  follow().fail(undecodable, () => media.goTo(40));
  expect(begun).toEqual([20, 40]);
});

it('does not run where the student paused while it waited to set up anew', () => {
  const { follow, video, begun, pause } = setUp(20);
  follow().fail(undecodable);
  expect(video.play).toHaveBeenCalledOnce();
  follow().fail(undecodable, pause);
  expect(begun).toHaveLength(2);
  expect(video.play).toHaveBeenCalledOnce();
});
