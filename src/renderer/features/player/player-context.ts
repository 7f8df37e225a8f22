import { createContext, use } from 'react';
import { useStore } from 'zustand/react';
import type { PlaybackSource } from '../../../shared/contracts/playback.ts';
import type { Playback } from './playback.ts';
import type { LessonNotes } from './use-lesson-notes.ts';
import type { PlayerState, PlayerStore } from './player-store.ts';

/** What every part of the player needs; `playback` is null until the element is there. */
export interface PlayerParts {
  readonly source: PlaybackSource;
  readonly store: PlayerStore;
  readonly playback: Playback | null;
  readonly notes: LessonNotes;
  readonly video: HTMLVideoElement | null;
}

export const PlayerContext = createContext<PlayerParts | null>(null);

export function usePlayer(): PlayerParts {
  const parts = use(PlayerContext);
  if (!parts) throw new Error('Used outside the player');
  return parts;
}

export function usePlayerState<Part>(select: (state: PlayerState) => Part): Part {
  return useStore(usePlayer().store, select);
}
