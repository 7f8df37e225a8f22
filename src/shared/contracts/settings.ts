import { settingsPatchSchema, settingsSchema } from '../models/settings.ts';
import { call, nothing, type Contract } from './contract.ts';

export const settingsContract = {
  calls: {
    'settings.get': call(nothing, settingsSchema),
    /** Never where lessons lie: no path comes from the page; see downloads.moveFolder. */
    'settings.set': call(settingsPatchSchema.omit({ contentFolder: true }), settingsSchema),
  },
  events: { 'settings.changed': settingsSchema },
} as const satisfies Contract;
