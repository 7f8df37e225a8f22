import { expect, it } from 'vitest';
import { defaultSettings, readSettings, settingsPatchSchema, settingsSchema } from '../../../../src/shared/models/settings.ts';

it('changes nothing that a patch does not name', () => {
  expect(settingsPatchSchema.parse({ volume: 0.5 })).toEqual({ volume: 0.5 });
});

it('keeps each stored field that fits and gives the others their default', () => {
  expect(readSettings({ theme: 'dark', volume: 7, retired: true })).toEqual({ ...defaultSettings, theme: 'dark' });
});

it.each([undefined, null, 'text', 5, []])('reads %j as the defaults', (stored) => {
  expect(readSettings(stored)).toEqual(defaultSettings);
});

it('has defaults that fit their own schema', () => {
  expect(settingsSchema.parse(defaultSettings)).toEqual(defaultSettings);
});
