import { expect, it, vi } from 'vitest';
import { silentLogger } from '../../../../src/core/base/logger.ts';
import { createSettings, settingsForTrouble } from '../../../../src/core/settings/settings.ts';
import { defaultSettings } from '../../../../src/shared/models/settings.ts';

/** A settings file on a disk that refuses to be written. */
function open(code: string) {
  const write = vi.fn<() => void>(() => {
    throw Object.assign(new Error(code), { code });
  });
  return createSettings({ file: { read: () => undefined, write }, logger: silentLogger() });
}

it.each([
  ['ENOSPC', 'disk_full'],
  ['EROFS', 'disk_denied'],
  ['EIO', 'disk_failed'],
])('a setting that the disk does not take (%s) is refused in words a student can act on', async (code, expected) => {
  const settings = open(code);
  await expect(settings.set({ theme: 'dark' })).rejects.toThrow(expect.objectContaining({ code: expected }));
  expect(settings.get()).toEqual(defaultSettings);
});

it('patches that come while one is being written lose nothing of each other, and belong to whoever sat there', async () => {
  const written: unknown[] = [];
  const write = async (stored: unknown) => {
    await new Promise(setImmediate);
    written.push(stored);
  };
  const settings = createSettings({ file: { read: () => undefined, write }, logger: silentLogger() });
  settings.sitDown('ada');
  const both = [settings.set({ theme: 'dark' }), settings.set({ captionSize: 'large', lockAfterMinutes: 7 })];
  settings.sitDown(null);
  await Promise.all(both);
  expect(settings.get()).toEqual({ ...defaultSettings, lockAfterMinutes: 7 });
  settings.sitDown('ada');
  expect(settings.get()).toEqual({ ...defaultSettings, lockAfterMinutes: 7, theme: 'dark', captionSize: 'large' });
  expect(written).toHaveLength(2);
});

it('speaks and looks as the only student chose when nothing but the settings can be read', () => {
  const stored = { theme: 'dark', students: { one: { language: 'ar' } } };
  expect(settingsForTrouble(() => stored)).toEqual({ ...defaultSettings, theme: 'dark', language: 'ar' });
  // Of several it is not known who is there.
  expect(settingsForTrouble(() => ({ ...stored, students: { ...stored.students, two: { language: 'en' } } })).language).toBe(defaultSettings.language);
  expect(
    settingsForTrouble(() => {
      throw new Error('the disk cannot be read');
    }),
  ).toEqual(defaultSettings);
});
