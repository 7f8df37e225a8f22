import Conf from 'conf';
import { join } from 'node:path';
import { mendSettings } from '../core/settings/mend-settings.ts';
import type { SettingsFile } from '../core/settings/ports.ts';

/** The app's own settings.json in the data folder, written as electron-store writes it. */
export function createSettingsFile(folder: string): SettingsFile {
  mendSettings(join(folder, 'settings.json'), Date.now());
  const store = new Conf<Record<string, unknown>>({ cwd: folder, configName: 'settings', clearInvalidConfig: true });
  return {
    read: () => store.store,
    write: (settings) => {
      store.store = { ...settings };
    },
  };
}
