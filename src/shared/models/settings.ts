import { z } from 'zod';
import { qualitySchema } from './quality.ts';

const minuteOfDaySchema = z.int().min(0).max(24 * 60 - 1);

/** When downloads may run, in minutes of the local day; `from` later than `to` goes over midnight. */
export const downloadHoursSchema = z.object({ fromMinute: minuteOfDaySchema, toMinute: minuteOfDaySchema });
export type DownloadHours = z.infer<typeof downloadHoursSchema>;

/** Everything a student may choose. */
export const settingsSchema = z.object({
  serverUrl: z.url({ protocol: /^https?$/ }).nullable(),
  /** `auto` follows the line and what is on this computer. */
  streamQuality: z.union([z.literal('auto'), qualitySchema]),
  downloadQuality: qualitySchema,
  theme: z.enum(['system', 'light', 'dark', 'contrast']),
  /** BCP 47 tag; null follows the system. */
  language: z.string().max(35).nullable(),
  captions: z.boolean(),
  captionLanguage: z.string().max(35).nullable(),
  captionSize: z.enum(['small', 'medium', 'large']),
  /** BCP 47 tag of the sound wished where there is a choice; null for the lesson's own. */
  soundLanguage: z.string().max(35).nullable(),
  /** Whether single keys mean something in the player (WCAG 2.1.4). */
  playerKeys: z.boolean(),
  volume: z.number().min(0).max(1),
  muted: z.boolean(),
  playbackRate: z.number().min(0.5).max(2),
  /** Streamed pieces nobody claimed are kept up to this many bytes. */
  cacheQuotaBytes: z.int().nonnegative(),
  /** Downloads may use this many bytes a second; null for all there is. */
  rateLimitBytesPerSecond: z.int().positive().nullable(),
  /** Lessons and cache together may take so many bytes of the disk; null for all it has. */
  lessonQuotaBytes: z.int().positive().nullable(),
  /** Where lessons lie; null for the data folder. */
  contentFolder: z.string().min(1).max(4096).nullable(),
  /** One connection, at most a fifth of the line, for those who share it. */
  polite: z.boolean(),
  /** Null for any time. */
  downloadHours: downloadHoursSchema.nullable(),
  /** Downloads stop when lessons, watched ones too, took so many bytes of the line; null for no bound. */
  dataAllowance: z.object({ bytes: z.int().positive(), per: z.enum(['day', 'month']) }).nullable(),
  pauseOnMetered: z.boolean(),
  /** Several people use this computer: tokens in memory only, a lock, a PIN. */
  sharedComputer: z.boolean(),
  /** Minutes without anybody moving, typing or watching until a shared computer locks. */
  lockAfterMinutes: z.int().min(1).max(240),
});
export type Settings = z.infer<typeof settingsSchema>;

export const defaultSettings: Settings = {
  serverUrl: null,
  streamQuality: 'auto',
  downloadQuality: '480p',
  theme: 'system',
  language: null,
  captions: false,
  captionLanguage: null,
  captionSize: 'medium',
  soundLanguage: null,
  playerKeys: true,
  volume: 1,
  muted: false,
  playbackRate: 1,
  cacheQuotaBytes: 2 * 1024 ** 3,
  rateLimitBytesPerSecond: null,
  lessonQuotaBytes: null,
  contentFolder: null,
  polite: false,
  downloadHours: null,
  dataAllowance: null,
  pauseOnMetered: false,
  sharedComputer: false,
  lockAfterMinutes: 10,
};

/** Only what is to change; no defaults, so that a patch never resets what it does not name. */
export const settingsPatchSchema = settingsSchema.partial();
export type SettingsPatch = z.infer<typeof settingsPatchSchema>;

/** Settings of any age, or damaged by hand: each field that still fits is kept, the others fall back to their default. */
export function readSettings(stored: unknown): Settings {
  return settingsSchema.parse({ ...defaultSettings, ...fittingSettings(stored) });
}

/** Only the fields that fit. */
export function fittingSettings(stored: unknown): SettingsPatch {
  const fields: Record<string, unknown> = typeof stored === 'object' && stored !== null ? { ...stored } : {};
  const kept = Object.entries(settingsSchema.shape).flatMap(([name, schema]) => {
    const parsed = schema.safeParse(fields[name]);
    return parsed.success ? [[name, parsed.data] as const] : [];
  });
  return Object.fromEntries(kept) as SettingsPatch;
}
