import { useEffect, useState } from 'react';
import { usePlayer, usePlayerState } from './player-context.ts';

const restMs = 3000;

/** False while a lesson plays, the pointer rests, no key was pressed, and the keyboard's focus is not on a control. */
export function useControlsVisible(root: HTMLElement | null): boolean {
  const { store } = usePlayer();
  const running = usePlayerState(({ playing, stalled }) => playing && !stalled);
  const [visible, setVisible] = useState(true);
  useEffect(() => {
    if (!root) return;
    let timer = 0;
    const mayHide = () => {
      const { playing, stalled } = store.getState();
      const onControl = document.activeElement?.matches(':focus-visible') && document.activeElement !== root;
      const menuOpen = root.querySelector('[aria-expanded=true]') !== null;
      return playing && !stalled && !onControl && !menuOpen;
    };
    const wake = () => {
      setVisible(true);
      window.clearTimeout(timer);
      timer = window.setTimeout(() => (mayHide() ? setVisible(false) : wake()), restMs);
    };
    wake();
    const events = ['pointermove', 'pointerdown', 'keydown', 'focusin'] as const;
    for (const event of events) document.addEventListener(event, wake);
    return () => {
      window.clearTimeout(timer);
      for (const event of events) document.removeEventListener(event, wake);
    };
  }, [root, store]);
  return visible || !running;
}
