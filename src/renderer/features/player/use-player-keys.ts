import { useEffect, useRef } from 'react';
import { assertNever } from '../../../shared/errors.ts';
import { useSettings } from '../../stores/stores.ts';
import { commandOfKey, isCharacterKey, nextRate, type PlayerCommand } from './player-keys.ts';
import type { PlayerParts } from './player-context.ts';

export interface PlayerActions {
  readonly toggleFullScreen: () => void;
  readonly togglePictureInPicture: () => void;
  readonly toggleCaptions: () => void;
  /** Null for the last lesson of a course. */
  readonly next: (() => void) | null;
}

/** While the player is shown its keys work wherever the focus is (the page has it once focused controls hide), save where the focused thing needs the key itself. */
export function usePlayerKeys(parts: PlayerParts, actions: PlayerActions): void {
  const characterKeys = useSettings((state) => state.settings.playerKeys);
  const latest = useRef({ parts, actions });
  useEffect(() => {
    latest.current = { parts, actions };
  });
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || needsKeyItself(event) || (!characterKeys && isCharacterKey(event))) return;
      const command = commandOfKey(event, { seekBar: event.target instanceof Element && event.target.closest('.seek-bar') !== null });
      if (!command) return;
      event.preventDefault();
      event.stopPropagation();
      run(command, latest.current.parts, latest.current.actions);
    };
    document.addEventListener('keydown', pressed, { capture: true });
    return () => document.removeEventListener('keydown', pressed, { capture: true });
  }, [characterKeys]);
}

function run(command: PlayerCommand, { playback, store, source, notes }: PlayerParts, actions: PlayerActions): void {
  if (!playback) return;
  const { volume, playbackRate, positionMs } = store.getState();
  switch (command.do) {
    case 'toggle':
      return playback.toggle();
    case 'bookmark':
      return notes.bookmark(positionMs);
    case 'mute':
      return playback.toggleMute();
    case 'captions':
      return actions.toggleCaptions();
    case 'fullScreen':
      return actions.toggleFullScreen();
    case 'pip':
      return actions.togglePictureInPicture();
    case 'next':
      return actions.next?.();
    case 'start':
      return playback.seekTo(0);
    case 'end':
      return playback.seekTo(source.durationMs);
    case 'seekBy':
      return playback.seekBy(command.ms);
    case 'seekToShare':
      return playback.seekTo(source.durationMs * command.share);
    case 'louder':
      return playback.setVolume(volume + command.by);
    case 'faster':
      return playback.setRate(nextRate(playbackRate, command.by));
    default:
      return assertNever(command);
  }
}

/** Text fields take every key; buttons, tabs and lists take those that press them or move in them. */
function needsKeyItself({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest('input:not([type=range]), textarea, [contenteditable], [role=dialog]')) return true;
  if (target.closest('[data-own-arrows]') && key.startsWith('Arrow')) return true;
  return (key === ' ' || key === 'Enter') && target.closest('button, a, [role=tab], [role=option]') !== null;
}
