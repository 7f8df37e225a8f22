import { useEffect } from 'react';
import { nameOfKey } from '../features/player/player-keys.ts';
import type { Route } from '../stores/navigation-store.ts';
import { useNavigation, useSettings } from '../stores/stores.ts';

const sections: readonly Route[] = [{ screen: 'home' }, { screen: 'downloads' }, { screen: 'activity' }, { screen: 'settings' }, { screen: 'search', words: '' }];

/** Keys that work everywhere: `?` (unless keys that write something are switched off), Alt+Left, and Alt+1 to Alt+5 for the sections. */
export function useGlobalKeys(showShortcuts: () => void): void {
  const go = useNavigation((navigation) => navigation.go);
  const back = useNavigation((navigation) => navigation.back);
  const characterKeys = useSettings((state) => state.settings.playerKeys);
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.defaultPrevented || isTyping(event.target)) return;
      const key = nameOfKey(event);
      if (key === '?' && characterKeys) showShortcuts();
      else if (event.altKey && key === 'ArrowLeft') back();
      else if (event.altKey && /^[1-5]$/.test(key)) go(sections[Number(key) - 1] ?? { screen: 'home' });
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', pressed);
    return () => window.removeEventListener('keydown', pressed);
  }, [go, back, showShortcuts, characterKeys]);
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));
}
