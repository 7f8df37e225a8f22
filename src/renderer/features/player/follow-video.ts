import type { TimeRange } from '../../../shared/models/ranges.ts';
import type { Wish } from './engine/wish-to-play.ts';
import { placeOf } from './place-of.ts';
import type { PlayerStore } from './player-store.ts';

/** Keeps the store in step with the element; gives back the function that stops it. */
export function followVideo(video: HTMLVideoElement, store: PlayerStore, toPlay: Wish['toPlay']): () => void {
  const stop = new AbortController();
  const on = (events: readonly (keyof HTMLVideoElementEventMap)[], run: () => void) => {
    for (const event of events) video.addEventListener(event, run, { signal: stop.signal });
  };
  // Whoever moved it, while it seeks it already says where to.
  on(['timeupdate', 'seeking', 'seeked'], () => {
    const seconds = placeOf(video);
    if (seconds !== null) store.setState({ positionMs: seconds * 1000 });
  });
  on(['progress', 'timeupdate'], () => store.setState({ buffered: rangesOf(video.buffered) }));
  on(['play'], () => store.setState({ playing: true, ended: false }));
  on(['pause'], () => store.setState({ playing: toPlay() }));
  on(['playing', 'canplay', 'seeked'], () => {
    if (video.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA) store.setState({ stalled: false, started: true });
  });
  on(['waiting', 'seeking'], () => store.setState({ stalled: true, ended: false }));
  on(['ended'], () => store.setState({ ended: true, playing: false, stalled: false }));
  on(['volumechange'], () => store.setState({ volume: video.volume, muted: video.muted }));
  on(['ratechange'], () => store.setState({ playbackRate: video.playbackRate }));
  return () => stop.abort();
}

function rangesOf(ranges: TimeRanges): TimeRange[] {
  return Array.from({ length: ranges.length }, (_, index) => [ranges.start(index) * 1000, ranges.end(index) * 1000] as const);
}
