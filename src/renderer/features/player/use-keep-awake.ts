import { useEffect } from 'react';
import { useAppStores } from '../../stores/stores.ts';
import { useAttempt } from '../../stores/use-attempt.ts';
import { usePlayerState } from './player-context.ts';
import { standstill } from './player-store.ts';

/** The screen stays awake while a picture moves, not while one waits, thinks or has left. */
export function useKeepAwake(): void {
  const { remote } = useAppStores();
  const attempt = useAttempt();
  const running = usePlayerState((state) => state.playing && state.started && state.failed === null && standstill(state) === null);
  useEffect(() => {
    if (!running) return;
    attempt(() => remote.call('shell.keepAwake', { on: true }));
    return () => attempt(() => remote.call('shell.keepAwake', { on: false }));
  }, [running, remote, attempt]);
}
