import { settingsPatchSchema, settingsSchema } from '../models/settings.ts';
import { call, nothing, type Contract } from './contract.ts';

export const settingsContract = {
  calls: {
    'settings.get': call(nothing, settingsSchema),
    'settings.set': call(settingsPatchSchema, settingsSchema),
  },
  events: { 'settings.changed': settingsSchema },
} as const satisfies Contract;
