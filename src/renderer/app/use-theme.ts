import { useEffect, useSyncExternalStore } from 'react';
import type { Settings } from '../../shared/models/settings.ts';

const darkQuery = '(prefers-color-scheme: dark)';
const contrastQuery = '(prefers-contrast: more)';

/** Puts the theme on the document; `system` follows the machine as it changes. */
export function useTheme(theme: Settings['theme']): void {
  const dark = useMedia(darkQuery);
  const contrast = useMedia(contrastQuery);
  const system = contrast ? 'contrast' : dark ? 'dark' : 'light';
  useEffect(() => {
    document.documentElement.dataset['theme'] = theme === 'system' ? system : theme;
  }, [theme, system]);
}

function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const list = window.matchMedia(query);
      list.addEventListener('change', changed);
      return () => list.removeEventListener('change', changed);
    },
    () => window.matchMedia(query).matches,
  );
}
