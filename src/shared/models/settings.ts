import { z } from 'zod';
import { qualitySchema } from './quality.ts';

/** Everything a student may choose. Each field has a default, so that a settings file of any age can be read. */
export const settingsSchema = z.object({
  serverUrl: z.url({ protocol: /^https?$/ }).nullable().default(null),
  /** `auto` follows the line and what is on this computer. */
  streamQuality: z.union([z.literal('auto'), qualitySchema]).default('auto'),
  downloadQuality: qualitySchema.default('480p'),
  theme: z.enum(['system', 'light', 'dark', 'contrast']).default('system'),
  /** BCP 47 tag; null follows the system. */
  language: z.string().max(35).nullable().default(null),
  captions: z.boolean().default(false),
  captionLanguage: z.string().max(35).nullable().default(null),
  volume: z.number().min(0).max(1).default(1),
  muted: z.boolean().default(false),
  playbackRate: z.number().min(0.5).max(2).default(1),
  /** Streamed pieces nobody claimed are kept up to this many bytes. */
  cacheQuotaBytes: z.int().nonnegative().default(2 * 1024 ** 3),
  /** Downloads may use this many bytes a second; null for all there is. */
  rateLimitBytesPerSecond: z.int().positive().nullable().default(null),
});
export type Settings = z.infer<typeof settingsSchema>;

export const settingsPatchSchema = settingsSchema.partial();
export type SettingsPatch = Partial<Settings>;
