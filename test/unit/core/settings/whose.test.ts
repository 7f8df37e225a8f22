import { expect, it } from 'vitest';
import { silentLogger } from '../../../../src/core/base/logger.ts';
import type { StoredSettings } from '../../../../src/core/settings/ports.ts';
import { createSettings } from '../../../../src/core/settings/settings.ts';
import { defaultSettings, settingsSchema, type Settings } from '../../../../src/shared/models/settings.ts';

/** Something else than the default, for every setting there is. */
const own = {
  streamQuality: '360p',
  downloadQuality: '720p',
  theme: 'dark',
  language: 'ar',
  captions: true,
  captionLanguage: 'hi',
  captionSize: 'large',
  soundLanguage: 'hi',
  playerKeys: false,
  volume: 0.3,
  muted: true,
  playbackRate: 1.5,
} satisfies Partial<Settings>;
const machine = {
  serverUrl: 'https://school.example',
  cacheQuotaBytes: 5,
  rateLimitBytesPerSecond: 6,
  lessonQuotaBytes: 7,
  contentFolder: '/media/lessons',
  polite: true,
  downloadHours: { fromMinute: 1, toMinute: 2 },
  dataAllowance: { bytes: 8, per: 'day' },
  pauseOnMetered: true,
  sharedComputer: true,
  lockAfterMinutes: 9,
} satisfies Partial<Settings>;

const [ada, bo] = ['https://school.example#ada', 'https://school.example#bo'];

function openSettings() {
  let stored: StoredSettings | undefined;
  const open = () => createSettings({ file: { read: () => stored, write: (settings) => void (stored = structuredClone(settings)) }, logger: silentLogger() });
  return { open, stored: () => stored };
}

it('every setting is either the machine’s or the student’s', () => {
  expect([...Object.keys(own), ...Object.keys(machine)].toSorted()).toEqual(Object.keys(settingsSchema.shape).toSorted());
});

it('what one student chooses for themselves nobody else has, at once and after a restart; what is the machine’s all have', async () => {
  const { open, stored } = openSettings();
  let settings = open();
  settings.sitDown(ada);
  await settings.set({ ...own, ...machine });
  for (const _ of ['at once', 'after a restart']) {
    settings.sitDown(bo);
    expect(settings.get()).toEqual({ ...defaultSettings, ...machine });
    settings.sitDown(null);
    expect(settings.get()).toEqual({ ...defaultSettings, ...machine });
    settings.sitDown(ada);
    expect(settings.get()).toEqual({ ...own, ...machine });
    settings = open();
  }
  expect(stored()?.students).toEqual({ [ada]: own });
});

it('a second student’s own choices leave the first one’s alone', async () => {
  const { open } = openSettings();
  const settings = open();
  settings.sitDown(ada);
  await settings.set({ theme: 'dark', language: 'ar' });
  settings.sitDown(bo);
  await settings.set({ theme: 'light', polite: true });
  settings.sitDown(ada);
  expect(settings.get()).toMatchObject({ theme: 'dark', language: 'ar', polite: true });
  settings.sitDown(bo);
  expect(settings.get()).toMatchObject({ theme: 'light', language: null, polite: true });
});
