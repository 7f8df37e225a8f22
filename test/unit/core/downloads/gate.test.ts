import { expect, it } from 'vitest';
import { createGate, isWithin } from '../../../../src/core/downloads/gate.ts';
import { defaultSettings, type Settings } from '../../../../src/shared/models/settings.ts';
import type { ErrorCode } from '../../../../src/shared/errors.ts';
import { manualClock } from '../../../harness/manual-clock.ts';

const at = (text: string) => {
  const [hour = 0, minute = 0] = text.split(':').map(Number);
  return hour * 60 + minute;
};

it.each([
  ['22:00', '06:00', '23:30', true],
  ['22:00', '06:00', '05:59', true],
  ['22:00', '06:00', '06:00', false],
  ['22:00', '06:00', '12:00', false],
  ['08:00', '16:00', '08:00', true],
  ['08:00', '16:00', '16:00', false],
  ['07:00', '07:00', '03:00', true],
])('from %s to %s, %s is within: %s', (from, to, now, within) => {
  expect(isWithin({ fromMinute: at(from), toMinute: at(to) }, at(now))).toBe(within);
});

function gateWith(rules: Partial<Settings>, { offline = null as ErrorCode | null, metered = false, used = 0 } = {}) {
  const status = offline ? ('offline' as const) : ('online' as const);
  return createGate({
    connectivity: { state: () => ({ status, reason: offline, since: 0 }) },
    metered: { isMetered: () => metered },
    usage: { since: () => used },
    rules: () => ({ ...defaultSettings, ...rules }),
    clock: manualClock(new Date(2026, 0, 15, 12, 0).getTime()),
  })();
}

it('lets downloads run when nothing is against it', () => {
  expect(gateWith({})).toBe(null);
});

it('says what is against it, the line first', () => {
  const night = { downloadHours: { fromMinute: at('22:00'), toMinute: at('06:00') } };
  expect(gateWith(night, { offline: 'captive_portal' })).toBe('captive_portal');
  expect(gateWith(night)).toBe('outside_hours');
  expect(gateWith({ dataAllowance: { bytes: 100, per: 'day' } }, { used: 100 })).toBe('allowance_used');
  expect(gateWith({ dataAllowance: { bytes: 100, per: 'day' } }, { used: 99 })).toBe(null);
  expect(gateWith({ pauseOnMetered: true }, { metered: true })).toBe('metered_line');
  expect(gateWith({ pauseOnMetered: false }, { metered: true })).toBe(null);
});
