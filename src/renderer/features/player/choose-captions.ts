import type { PlaybackSource } from '../../../shared/contracts/playback.ts';

/** The captions a student usually reads, else the lesson's first; null when it has none. */
export function chooseCaptions({ captions }: PlaybackSource, usual: string | null): string | null {
  return (captions.find(({ language }) => language === usual) ?? captions[0])?.language ?? null;
}
