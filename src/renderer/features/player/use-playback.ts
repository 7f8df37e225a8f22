import { useEffect, useState } from 'react';
import type { PlaybackSource } from '../../../shared/contracts/playback.ts';
import { useText } from '../../i18n/text.ts';
import { useAppStores, useNotices, useSettings } from '../../stores/stores.ts';
import { useFailureNotice } from '../../stores/use-attempt.ts';
import { startPlayback, type Playback } from './playback.ts';
import type { PlayerStore } from './player-store.ts';

/** Playback on the element for as long as both are shown; null until it has begun. */
export function usePlayback(video: HTMLVideoElement | null, source: PlaybackSource, startMs: number, store: PlayerStore): Playback | null {
  const text = useText();
  const { remote } = useAppStores();
  const remember = useSettings((state) => state.set);
  const show = useNotices((notices) => notices.show);
  const failed = useFailureNotice();
  const [playback, setPlayback] = useState<Playback | null>(null);
  useEffect(() => {
    if (!video) return;
    const stop = new AbortController();
    const dependencies = {
      remote,
      monotonic: () => performance.now(),
      remember: (patch: Parameters<typeof remember>[0]) => void remember(patch).catch(failed),
      reportFailed: failed,
      skipped: () => show({ tone: 'plain', title: text('player.skippedPart') }),
    };
    setPlayback(startPlayback(video, source, startMs, store, dependencies, stop.signal));
    return () => stop.abort();
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the words may change language in the middle of a lesson; that is no reason to begin it anew
  }, [video, source, startMs, store, remote]);
  return playback;
}
