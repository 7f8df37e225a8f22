import Store from 'electron-store';
import type { SettingsFile } from '../../core/settings/ports.ts';

/** settings.json in the data folder; electron-store writes it atomically and sets a damaged one aside. */
export function createSettingsFile(folder: string): SettingsFile {
  const store = new Store<Record<string, unknown>>({ cwd: folder, name: 'settings', clearInvalidConfig: true });
  return {
    read: () => store.store,
    write: (settings) => {
      store.store = { ...settings };
    },
  };
}
