import type { Settings, SettingsPatch } from '../../shared/models/settings.ts';
import type { Event } from '../base/emitter.ts';

export interface SettingsStore {
  get(): Settings;
  set(patch: SettingsPatch): Settings;
  readonly changed: Event<Settings>;
}

/** Where settings lie: electron-store in the app, a JSON file in the command line tool. */
export interface SettingsFile {
  /** Whatever was written last; unparsed. */
  read(): unknown;
  write(settings: Settings): void;
}
