import { describe, expect, it } from 'vitest';
import { calls, events } from '../../../../src/shared/contracts/bridge.ts';

describe('the bridge', () => {
  it('names every call and event by its domain', () => {
    for (const name of [...Object.keys(calls), ...Object.keys(events)]) expect(name).toMatch(/^[a-z]+\.[a-z][A-Za-z]+$/);
  });

  it('lets no domain overwrite a name of another', () => {
    for (const name of Object.keys(calls)) expect(Object.keys(events)).not.toContain(name);
  });

  it.each([
    ['playback.open', { lessonId: '../secrets' }],
    ['downloads.add', { lessonIds: [], quality: '480p' }],
    ['downloads.add', { lessonIds: ['a'], quality: 'all of them' }],
    ['settings.set', { serverUrl: 'file:///etc/passwd' }],
    ['shell.showFolder', { folder: '/etc' }],
    ['accounts.signIn', { email: 'a', password: 'x'.repeat(2000) }],
  ] as const)('refuses %s with %j', (name, input) => {
    expect(calls[name].input.safeParse(input).success).toBe(false);
  });
});
