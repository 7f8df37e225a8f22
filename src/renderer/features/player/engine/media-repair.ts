import Hls, { ErrorDetails, Events, type ErrorData, type Fragment, type HlsConfig } from 'hls.js';
import type { ErrorCode } from '../../../../shared/errors.ts';
import { placeOf } from '../place-of.ts';
import { createRepairPlan } from './repair-plan.ts';
import type { Wish } from './wish-to-play.ts';

/**
 * hls.js sets a failed decoder up anew by itself, three times in half a second. That is ours to decide, so to hls.js such a
 * failure is the end.
 */
export function leaveMediaErrorsToUs(): HlsConfig['errorController'] {
  const { errorController } = Hls.DefaultConfig;
  return class extends errorController {
    override onErrorOut(event: Events.ERROR, data: ErrorData): void {
      if (data.details === ErrorDetails.MEDIA_SOURCE_REQUIRES_RESET) {
        delete data.errorAction;
        data.fatal = true;
      }
      super.onErrorOut(event, data);
    }
  };
}

/** So far ahead of the picture on the screen a decoder reads. */
const decoderLeadSeconds = 0.5;

/** The bytes were not even such that a decoder could be given them; Chromium says so in words alone. */
function isRefusal(error: MediaError | null): boolean {
  return error?.message.includes('APPEND_FAILED') ?? false;
}

interface MediaRepairOptions {
  readonly video: HTMLVideoElement;
  readonly toPlay: Wish['toPlay'];
  readonly now: () => number;
  /** Plays on from there with everything set up anew; seconds. */
  readonly beginAt: (seconds: number) => void;
  /** A damaged segment was left out. */
  readonly skipped: () => void;
  readonly failed: (code: ErrorCode) => void;
}

export interface MediaRepair {
  /** Has an eye on what an instance is taking in. */
  readonly follow: (hls: Hls) => void;
  /** A decoder failed for good. */
  readonly repair: (hls: Hls) => void;
  /** The student goes there, in seconds, perhaps while it waits to set up anew. */
  readonly goTo: (seconds: number) => void;
  readonly stop: () => void;
}

/** Mends what a decoder did not take, by the plan of repair-plan.ts. */
export function createMediaRepair({ video, toPlay, now, beginAt, skipped, failed }: MediaRepairOptions): MediaRepair {
  const plan = createRepairPlan(now);
  const listening = new AbortController();
  let appending: Fragment[] = [];
  let refused: Fragment | undefined;
  let lastAppended: Fragment | undefined;
  let timer = 0;
  let waiting = false;
  let place = 0;

  const on = (event: keyof HTMLVideoElementEventMap, run: () => void) => video.addEventListener(event, run, { signal: listening.signal });
  const note = () => {
    if (!waiting) place = placeOf(video) ?? place;
  };
  for (const event of ['timeupdate', 'seeking'] as const) on(event, note);

  /** Where the segment ends that was refused, else the one being taken in, else the one the decoder was reading. */
  const segmentEnd = (hls: Hls): number => {
    const reading = place + decoderLeadSeconds;
    const read = hls.levels[Math.max(0, hls.currentLevel)]?.details?.fragments.find(({ start, end }) => start <= reading && reading < end);
    return (refused ?? appending[0] ?? (isRefusal(video.error) ? lastAppended : read))?.end ?? place + 2;
  };

  return {
    follow: (hls) => {
      appending = [];
      refused = lastAppended = undefined;
      // The buffer says so before the element does, and before the next segment has begun.
      hls.on(Events.ERROR, (_event, { details, sourceBufferName }) => {
        if (details === ErrorDetails.BUFFER_APPENDING_ERROR && sourceBufferName !== 'audio') refused ??= appending[0];
      });
      hls.on(Events.BUFFER_APPENDING, (_event, { type, frag }) => {
        if (type !== 'audio' && frag.sn !== 'initSegment') appending.push(frag);
      });
      hls.on(Events.BUFFER_APPENDED, (_event, { type, frag }) => {
        if (type === 'audio') return;
        appending = appending.filter(({ sn }) => sn !== frag.sn);
        // Refused segments count as taken in too, once their turn is over.
        if (frag.sn !== 'initSegment') lastAppended = frag;
      });
    },
    repair: (hls) => {
      if (waiting) return;
      note();
      const step = plan({ place, segmentEnd: segmentEnd(hls) });
      if (step.do === 'giveUp') return failed('media_undecodable');
      waiting = true;
      place = step.at;
      timer = window.setTimeout(() => {
        waiting = false;
        if (step.do === 'skip') skipped();
        beginAt(place);
        if (toPlay()) void video.play().catch(() => undefined);
      }, step.afterMs);
    },
    goTo: (seconds) => {
      if (waiting) place = seconds;
    },
    stop: () => {
      window.clearTimeout(timer);
      listening.abort();
    },
  };
}
