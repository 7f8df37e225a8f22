import { expect, it, vi } from 'vitest';
import { silentLogger } from '../../../../src/core/base/logger.ts';
import { createSettings } from '../../../../src/core/settings/settings.ts';
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
])('a setting that the disk does not take (%s) is refused in words a student can act on', (code, expected) => {
  const settings = open(code);
  expect(() => settings.set({ theme: 'dark' })).toThrow(expect.objectContaining({ code: expected }));
  expect(settings.get()).toEqual(defaultSettings);
});
