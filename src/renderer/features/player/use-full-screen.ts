import { useEffect, useState } from 'react';
import { useAppStores } from '../../stores/stores.ts';
import { useAttempt } from '../../stores/use-attempt.ts';

export interface FullScreen {
  readonly on: boolean;
  readonly set: (on: boolean) => void;
}

/** The window's full screen, which main owns; the player fills the window anyway. Left again with the player, not with a lesson. */
export function useFullScreen(): FullScreen {
  const { remote } = useAppStores();
  const attempt = useAttempt();
  const [on, setOn] = useState(false);
  useEffect(() => remote.on('shell.fullScreenChanged', (event) => setOn(event.on)), [remote]);
  useEffect(() => {
    if (!on) return;
    const leave = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.defaultPrevented) attempt(() => remote.call('shell.setFullScreen', { on: false }));
    };
    window.addEventListener('keydown', leave);
    return () => {
      window.removeEventListener('keydown', leave);
      attempt(() => remote.call('shell.setFullScreen', { on: false }));
    };
  }, [on, remote, attempt]);
  return { on, set: (wanted) => attempt(() => remote.call('shell.setFullScreen', { on: wanted })) };
}
