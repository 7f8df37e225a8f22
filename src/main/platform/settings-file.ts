import type Store from 'electron-store';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mendSettings } from '../../core/settings/mend-settings.ts';
import type { SettingsFile } from '../../core/settings/ports.ts';

/**
 * settings.json in the data folder, written atomically by electron-store; a damaged one is mended first. electron-store is
 * loaded with the first setting that changes: its schema library takes 40 ms to load, and reading needs none of it.
 */
export function createSettingsFile(folder: string): SettingsFile {
  const path = join(folder, 'settings.json');
  mendSettings(path, Date.now());
  let store: Store<Record<string, unknown>> | null = null;
  const open = async () => {
    const { default: ElectronStore } = await import('electron-store');
    return new ElectronStore<Record<string, unknown>>({ cwd: folder, name: 'settings', clearInvalidConfig: true });
  };
  return {
    read: () => (existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as unknown) : undefined),
    write: async (settings) => {
      store ??= await open();
      store.store = { ...settings };
    },
  };
}
