import { fittingSettings, type Settings, type SettingsPatch } from '../../shared/models/settings.ts';
import type { AccountId } from '../accounts/ports.ts';

/** What each student of a machine has for themselves; the rest is the machine's. */
const ownNames: ReadonlySet<string> = new Set<keyof Settings>([
  'streamQuality',
  'downloadQuality',
  'theme',
  'language',
  'captions',
  'captionLanguage',
  'captionSize',
  'soundLanguage',
  'playerKeys',
  'volume',
  'muted',
  'playbackRate',
]);

/** By account. */
export type OwnSettings = ReadonlyMap<AccountId, SettingsPatch>;

/** The part of a patch that is the student's, and the part that is the machine's. */
export function splitPatch(patch: SettingsPatch): { own: SettingsPatch; machine: SettingsPatch } {
  const entries = Object.entries(patch);
  const pick = (isOwn: boolean) => Object.fromEntries(entries.filter(([name]) => ownNames.has(name) === isOwn)) as SettingsPatch;
  return { own: pick(true), machine: pick(false) };
}

/** As the settings file has them under `students`; what does not fit is left out. */
export function readOwnSettings(stored: unknown): OwnSettings {
  const students = typeof stored === 'object' && stored !== null && 'students' in stored ? stored.students : null;
  if (typeof students !== 'object' || students === null) return new Map();
  return new Map(Object.entries(students).map(([account, fields]) => [account, splitPatch(fittingSettings(fields)).own]));
}
