import Hls, { ErrorDetails, Events, type ErrorData, type Fragment, type HlsConfig } from 'hls.js';
import type { ErrorCode } from '../../../../shared/errors.ts';
import { createRepairPlan } from './repair-plan.ts';
import { followWish } from './wish-to-play.ts';

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

interface MediaRepairOptions {
  readonly video: HTMLVideoElement;
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
  readonly stop: () => void;
}

/** Mends what a decoder did not take, by the plan of repair-plan.ts. */
export function createMediaRepair({ video, now, beginAt, skipped, failed }: MediaRepairOptions): MediaRepair {
  const plan = createRepairPlan(now);
  const listening = new AbortController();
  const wished = followWish(video, listening.signal);
  let appending: Fragment[] = [];
  let timer = 0;
  let waiting = false;
  let place = 0;

  const on = (event: keyof HTMLVideoElementEventMap, run: () => void) => video.addEventListener(event, run, { signal: listening.signal });
  // Without a source, the element stands at zero; that is not where one is.
  const note = () => {
    if (!waiting && video.readyState > HTMLMediaElement.HAVE_NOTHING) place = video.currentTime;
  };
  for (const event of ['timeupdate', 'seeking'] as const) on(event, note);

  /** Where the segment ends that was being taken in, else the one on the screen. */
  const segmentEnd = (hls: Hls): number => {
    const shown = hls.levels[Math.max(0, hls.currentLevel)]?.details?.fragments.find(({ start, end }) => start <= place + 0.1 && place + 0.1 < end);
    return (appending[0] ?? shown)?.end ?? place + 2;
  };

  return {
    follow: (hls) => {
      appending = [];
      hls.on(Events.BUFFER_APPENDING, (_event, { type, frag }) => {
        if (type !== 'audio' && frag.sn !== 'initSegment') appending.push(frag);
      });
      hls.on(Events.BUFFER_APPENDED, (_event, { type, frag }) => {
        if (type !== 'audio') appending = appending.filter(({ sn }) => sn !== frag.sn);
      });
    },
    repair: (hls) => {
      if (waiting) return;
      note();
      const step = plan({ place, segmentEnd: segmentEnd(hls) });
      if (step.do === 'giveUp') return failed('media_undecodable');
      waiting = true;
      timer = window.setTimeout(() => {
        waiting = false;
        place = step.at;
        if (step.do === 'skip') skipped();
        beginAt(step.at);
        if (wished()) void video.play().catch(() => undefined);
      }, step.afterMs);
    },
    stop: () => {
      window.clearTimeout(timer);
      listening.abort();
    },
  };
}
