import { useEffect, useState } from 'react';
import { usePlayer } from './player-context.ts';

export interface Cue {
  readonly startMs: number;
  readonly endMs: number;
  readonly text: string;
}

/** A caption track's cues, read by the browser's own VTT parser; null while they load, empty when there are none. */
export function useCues(language: string | null): readonly Cue[] | null {
  const { video } = usePlayer();
  const [loaded, setLoaded] = useState<{ readonly language: string; readonly cues: readonly Cue[] } | null>(null);
  useEffect(() => {
    const element = [...(video?.querySelectorAll('track') ?? [])].find(({ srclang }) => srclang === language);
    if (!element) return;
    const read = () => setLoaded({ language: element.srclang, cues: [...(element.track.cues ?? [])].map(toCue) });
    const none = () => setLoaded({ language: element.srclang, cues: [] });
    // Hidden tracks are loaded but not drawn: the line below the picture is ours, clear of the controls.
    element.track.mode = 'hidden';
    if (element.readyState === HTMLTrackElement.LOADED) read();
    element.addEventListener('load', read);
    element.addEventListener('error', none);
    return () => {
      element.removeEventListener('load', read);
      element.removeEventListener('error', none);
    };
  }, [video, language]);
  if (language === null) return [];
  return loaded?.language === language ? loaded.cues : null;
}

function toCue(cue: TextTrackCue): Cue {
  const text = cue instanceof VTTCue ? (cue.getCueAsHTML().textContent ?? '') : '';
  return { startMs: cue.startTime * 1000, endMs: cue.endTime * 1000, text: text.replace(/\s+/g, ' ').trim() };
}
