import { settingsPatchSchema, settingsSchema } from '../models/settings.ts';
import { call, nothing, type Contract } from './contract.ts';

export const settingsContract = {
  calls: {
    'settings.get': call(nothing, settingsSchema),
    /** Never where lessons lie nor which school is asked: no path and no address comes from the page unchecked; see downloads.moveFolder, accounts.checkServer. */
    'settings.set': call(settingsPatchSchema.omit({ contentFolder: true, serverUrl: true }).strict(), settingsSchema),
  },
  events: { 'settings.changed': settingsSchema },
} as const satisfies Contract;
