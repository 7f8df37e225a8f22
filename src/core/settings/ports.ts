import type { Settings, SettingsPatch } from '../../shared/models/settings.ts';
import type { Event } from '../base/emitter.ts';

export interface SettingsStore {
  get(): Settings;
  /** Takes effect once written; patches are written in the order they came. Throws ZodError for what does not fit, and disk_full, disk_denied or disk_failed. */
  set(patch: SettingsPatch): Promise<Settings>;
  readonly changed: Event<Settings>;
}

/** The machine's settings, and under `students` what each student chose otherwise, by account. */
export type StoredSettings = Settings & { readonly students: Readonly<Record<string, SettingsPatch>> };

/** That this is a shared computer, kept apart from the settings: whoever loses or damages their file opens no seat by it. */
export interface SharedMark {
  get(): boolean;
  /**
   * Durable when it resolves. Taken away, it takes everybody who is not here out of the list: no seat stands open by it. Throws
   * disk_full, disk_denied, database_damaged, ...
   */
  set(shared: boolean): Promise<void>;
  /** It was marked and never became one: the mark goes, and everybody stays in the list. */
  takeBack(): Promise<void>;
}

/** Where settings lie: electron-store in the app, a JSON file in the command line tool. */
export interface SettingsFile {
  /** Whatever was written last; unparsed. Undefined when nothing ever was; throws when it cannot be read. */
  read(): unknown;
  write(settings: StoredSettings): void | Promise<void>;
  /** Keeps a file that cannot be read under another name, so that defaults can take its place. */
  setAside?(): void;
}
