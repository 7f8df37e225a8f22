import { useEffect, useRef } from 'react';
import type { PlaybackSource } from '../../../shared/contracts/playback.ts';
import type { Playback } from './playback.ts';

/** The keyboard's media keys and the system's own controls. */
export function useMediaSession(source: PlaybackSource, playback: Playback | null, next: (() => void) | null): void {
  const latestNext = useRef(next);
  useEffect(() => {
    latestNext.current = next;
  });
  const hasNext = next !== null;
  useEffect(() => {
    if (!playback) return;
    const { mediaSession } = navigator;
    mediaSession.metadata = new MediaMetadata({ title: source.title });
    const handlers: [MediaSessionAction, (details: MediaSessionActionDetails) => void][] = [
      ['play', () => playback.play()],
      ['pause', () => playback.pause()],
      ['seekbackward', ({ seekOffset }) => playback.seekBy(-(seekOffset ?? 10) * 1000)],
      ['seekto', ({ seekTime }) => seekTime !== undefined && playback.seekTo(seekTime * 1000)],
      ...(hasNext ? [['nexttrack', () => latestNext.current?.()] satisfies [MediaSessionAction, () => void]] : []),
      ['seekforward', ({ seekOffset }) => playback.seekBy((seekOffset ?? 10) * 1000)],
    ];
    for (const [action, handler] of handlers) mediaSession.setActionHandler(action, handler);
    return () => {
      mediaSession.metadata = null;
      for (const [action] of handlers) mediaSession.setActionHandler(action, null);
    };
  }, [source, playback, hasNext]);
}
