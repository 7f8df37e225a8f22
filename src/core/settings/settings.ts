import { readSettings, settingsSchema, type Settings } from '../../shared/models/settings.ts';
import { diskError } from '../base/disk-error.ts';
import { Emitter } from '../base/emitter.ts';
import type { Logger } from '../base/logger.ts';
import type { SettingsFile, SettingsStore } from './ports.ts';

interface Dependencies {
  readonly file: SettingsFile;
  readonly logger: Logger;
}

/** Settings with a default for whatever the file does not say, or says wrongly. A file that cannot be read is kept aside. */
export function createSettings({ file, logger }: Dependencies): SettingsStore {
  const changed = new Emitter<Settings>();
  let settings = readSettings(readFile(file, logger));
  return {
    get: () => settings,
    set: (patch) => {
      const next = settingsSchema.parse({ ...settings, ...patch });
      write(file, next);
      settings = next;
      changed.emit(settings);
      return settings;
    },
    changed: changed.event,
  };
}

function readFile(file: SettingsFile, logger: Logger): unknown {
  try {
    return file.read();
  } catch (error) {
    logger.warn('the settings could not be read; defaults take their place', { error });
    try {
      file.setAside?.();
    } catch (failure) {
      logger.warn('the unreadable settings could not be set aside', { error: failure });
    }
    return undefined;
  }
}

function write(file: SettingsFile, settings: Settings): void {
  try {
    file.write(settings);
  } catch (error) {
    throw diskError(error);
  }
}
