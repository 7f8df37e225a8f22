import { readSettings, settingsSchema } from '../../shared/models/settings.ts';
import { Emitter } from '../base/emitter.ts';
import type { Settings } from '../../shared/models/settings.ts';
import type { SettingsFile, SettingsStore } from './ports.ts';

/** Settings with defaults for whatever the file does not say, or says wrongly. */
export function createSettings(file: SettingsFile): SettingsStore {
  const changed = new Emitter<Settings>();
  let settings = readSettings(file.read());
  return {
    get: () => settings,
    set: (patch) => {
      settings = settingsSchema.parse({ ...settings, ...patch });
      file.write(settings);
      changed.emit(settings);
      return settings;
    },
    changed: changed.event,
  };
}
