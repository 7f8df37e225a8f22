import { expect, it } from 'vitest';
import { defaultSettings } from '../../../../src/shared/models/settings.ts';
import { TeachifyError } from '../../../../src/shared/errors.ts';
import { createSettingsStore } from '../../../../src/renderer/stores/settings-store.ts';
import { createFakeRemote } from '../fake-remote.ts';

it('shows a choice at once', () => {
  const remote = createFakeRemote({ 'settings.set': () => defaultSettings });
  const { store } = createSettingsStore(remote);
  void store.getState().set({ theme: 'dark' });
  expect(store.getState().settings.theme).toBe('dark');
});

it('goes back to what was when main could not store it', async () => {
  const remote = createFakeRemote({
    'settings.set': () => {
      throw new TeachifyError('disk_full', 'no');
    },
  });
  const { store } = createSettingsStore(remote);
  await expect(store.getState().set({ theme: 'dark' })).rejects.toThrow(TeachifyError);
  expect(store.getState().settings.theme).toBe('system');
});
