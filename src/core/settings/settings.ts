import { defaultSettings, readSettings, settingsSchema, type Settings, type SettingsPatch } from '../../shared/models/settings.ts';
import type { AccountId } from '../accounts/ports.ts';
import { diskError } from '../base/disk-error.ts';
import { Emitter } from '../base/emitter.ts';
import type { Logger } from '../base/logger.ts';
import { readOwnSettings, splitPatch } from './own-settings.ts';
import type { SettingsFile, SettingsStore, SharedMark, StoredSettings } from './ports.ts';

interface Dependencies {
  readonly file: SettingsFile;
  /** Absent where nothing is kept beside the file. */
  readonly mark?: SharedMark;
  readonly logger: Logger;
}

export interface StudentsSettings extends SettingsStore {
  /** From now on this student's own settings count; null for nobody's, which are also what a new student begins with. */
  sitDown(account: AccountId | null): void;
}

/**
 * Settings with a default for whatever the file does not say, or says wrongly. A file that cannot be read is kept aside.
 * Look, captions, quality and the like are each student's own; folders, limits and the school's address are the machine's.
 * A shared computer is one by its file or by its mark, until it is switched off here.
 */
export function createSettings({ file, mark, logger }: Dependencies): StudentsSettings {
  const changed = new Emitter<Settings>();
  const stored = readFile(file, logger);
  const read = readSettings(stored);
  let machine: Settings = { ...read, sharedComputer: read.sharedComputer || (mark?.get() ?? false) };
  if (machine.sharedComputer && !read.sharedComputer) logger.warn('the settings do not know any more that this is a shared computer; it stays one');
  let students = readOwnSettings(stored);
  let here: AccountId | null = null;
  const get = (): Settings => (here === null ? machine : settingsSchema.parse({ ...machine, ...students.get(here) }));
  let settings = get();

  const apply = async (patch: SettingsPatch, who: AccountId | null): Promise<Settings> => {
    const own = who === null ? {} : students.get(who);
    settingsSchema.parse({ ...machine, ...own, ...patch });
    const parts = splitPatch(patch);
    const studentsNow = who === null ? students : new Map([...students, [who, { ...own, ...parts.own }]]);
    const machineNow = settingsSchema.parse({ ...machine, ...(who === null ? patch : parts.machine) });
    const before = { ...machine, students: Object.fromEntries(students) };
    await write(file, mark, { ...machineNow, students: Object.fromEntries(studentsNow) }, before);
    [machine, students] = [machineNow, studentsNow];
    // Another student may have sat down meanwhile.
    settings = get();
    changed.emit(settings);
    return settings;
  };
  let last: Promise<unknown> = Promise.resolve();

  return {
    get: () => settings,
    set: (patch) => {
      const who = here;
      const applied = last.then(() => apply(patch, who));
      last = applied.catch(() => {});
      return applied;
    },
    sitDown: (account) => {
      if (account === here) return;
      here = account;
      const before = settings;
      settings = get();
      if (JSON.stringify(before) !== JSON.stringify(settings)) changed.emit(settings);
    },
    changed: changed.event,
  };
}

/**
 * What the window looks like and speaks while nothing else can be read: the settings as they are stored, and those of the
 * student where there is only one. Never throws; whatever cannot be read is as by default.
 */
export function settingsForTrouble(read: () => unknown): Settings {
  try {
    const stored = read();
    const own = [...readOwnSettings(stored).values()];
    return readSettings({ ...readSettings(stored), ...(own.length === 1 ? own[0] : {}) });
  } catch {
    return defaultSettings;
  }
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

/**
 * The mark comes before the file and goes after it: cut off in between it says shared, and that counts. What is refused sends
 * nobody away, and does not come at the next start.
 */
async function write(file: SettingsFile, mark: SharedMark | undefined, settings: StoredSettings, before: StoredSettings): Promise<void> {
  if (settings.sharedComputer) await mark?.set(true);
  try {
    await file.write(settings);
  } catch (error) {
    // A mark that cannot be taken back now is with the next setting.
    if (!before.sharedComputer) await mark?.takeBack().catch(() => {});
    throw diskError(error);
  }
  if (settings.sharedComputer) return;
  try {
    await (before.sharedComputer ? mark?.set(false) : mark?.takeBack());
  } catch (error) {
    // Where the file cannot be put right either, the mark still counts.
    await Promise.resolve(before).then((stored) => file.write(stored)).catch(() => {});
    throw error;
  }
}
