import { createStore } from 'zustand/vanilla';
import { defaultSettings, readSettings, type Settings, type SettingsPatch } from '../../shared/models/settings.ts';
import type { Remote } from '../bridge.ts';
import type { Feed } from './feed.ts';
import { follow } from './follow.ts';

export interface SettingsState {
  readonly settings: Settings;
  /** False while the defaults stand in for what the student chose. */
  readonly loaded: boolean;
  /** Shown at once, then as main stored it; falls back to what was when main refuses. */
  readonly set: (patch: SettingsPatch) => Promise<void>;
}

export function createSettingsStore(remote: Remote): Feed<SettingsState> {
  const store = createStore<SettingsState>()((set, get) => ({
    settings: defaultSettings,
    loaded: false,
    set: async (patch) => {
      const before = get().settings;
      set({ settings: readSettings({ ...before, ...patch }) });
      try {
        set({ settings: await remote.call('settings.set', patch) });
      } catch (error) {
        set({ settings: before });
        throw error;
      }
    },
  }));
  return {
    store,
    start: () =>
      follow({
        listen: (apply) => remote.on('settings.changed', apply),
        load: () => remote.call('settings.get'),
        apply: (settings) => store.setState({ settings, loaded: true }),
        // The defaults will do; a window that stays blank will not.
        failed: () => store.setState({ loaded: true }),
      }),
  };
}
