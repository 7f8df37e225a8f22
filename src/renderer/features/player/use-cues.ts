import { useEffect, useState } from 'react';
import { useAppStores } from '../../stores/stores.ts';
import { usePlayer } from './player-context.ts';

export interface Cue {
  readonly startMs: number;
  readonly endMs: number;
  readonly text: string;
}

/** `failed` for what cannot be had now; it is tried again. */
export type Cues = readonly Cue[] | 'loading' | 'failed';

/** Between tries of what could not be had; the last one holds. */
const pausesMs = [2000, 4000, 8000, 15_000, 30_000];

/** A caption track's cues, read by the browser's own VTT parser. */
export function useCues(language: string | null): Cues {
  const { video, source } = usePlayer();
  const { remote, later } = useAppStores();
  const [loaded, setLoaded] = useState<{ readonly language: string; readonly cues: Cues } | null>(null);
  const url = source.captions.find((track) => track.language === language)?.url ?? '';
  useEffect(() => {
    const element = [...(video?.querySelectorAll('track') ?? [])].find(({ srclang }) => srclang === language);
    if (!element) return;
    const stop = new AbortController();
    let tries = 0;
    let cancelTry: (() => void) | null = null;
    const read = () => setLoaded({ language: element.srclang, cues: [...(element.track.cues ?? [])].map(toCue) });
    const again = () => {
      if (cancelTry === null) return;
      cancelTry();
      cancelTry = null;
      tries += 1;
      // The same address would count as loaded; the handler does not see what follows the hash.
      element.src = `${url}#${tries}`;
    };
    const failed = () => {
      setLoaded({ language: element.srclang, cues: 'failed' });
      if (cancelTry === null) cancelTry = later(pausesMs[Math.min(tries, pausesMs.length - 1)] ?? 0, again);
    };
    // Hidden tracks are loaded but not drawn: the line below the picture is ours, clear of the controls.
    element.track.mode = 'hidden';
    if (element.readyState === HTMLTrackElement.LOADED) read();
    if (element.readyState === HTMLTrackElement.ERROR) failed();
    element.addEventListener('load', read, { signal: stop.signal });
    element.addEventListener('error', failed, { signal: stop.signal });
    const stops = [remote.on('playback.available', again), remote.on('connection.changed', ({ status }) => void (status === 'online' && again()))];
    return () => {
      stop.abort();
      cancelTry?.();
      for (const each of stops) each();
    };
  }, [video, language, url, remote, later]);
  if (language === null) return [];
  return loaded?.language === language ? loaded.cues : 'loading';
}

function toCue(cue: TextTrackCue): Cue {
  const text = cue instanceof VTTCue ? (cue.getCueAsHTML().textContent ?? '') : '';
  return { startMs: cue.startTime * 1000, endMs: cue.endTime * 1000, text: text.replace(/\s+/g, ' ').trim() };
}
