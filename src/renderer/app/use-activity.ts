import { useEffect } from 'react';
import { useAccounts, useAppStores } from '../stores/stores.ts';

const everyMs = 10_000;
const signs = ['pointermove', 'pointerdown', 'keydown', 'wheel'] as const;

/** Tells main that somebody is there, so that a shared computer does not lock under their hands. */
export function useActivity(): void {
  const { remote, now } = useAppStores();
  const matters = useAccounts(({ state }) => state?.shared === true && state.student !== null && !state.locked);
  useEffect(() => {
    if (!matters) return;
    let told = now();
    const seen = () => {
      if (now() - told < everyMs) return;
      told = now();
      // One that is lost is made good by the next.
      remote.call('accounts.active').catch(() => undefined);
    };
    for (const sign of signs) window.addEventListener(sign, seen, { passive: true, capture: true });
    return () => {
      for (const sign of signs) window.removeEventListener(sign, seen, { capture: true });
    };
  }, [remote, now, matters]);
}
