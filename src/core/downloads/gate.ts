import type { ErrorCode } from '../../shared/errors.ts';
import type { DownloadHours, Settings } from '../../shared/models/settings.ts';
import type { Clock } from '../base/clock.ts';
import type { Connectivity, MeteredLine } from '../net/ports.ts';
import type { DataUsage } from './data-usage.ts';

interface Dependencies {
  readonly connectivity: Pick<Connectivity, 'state'>;
  readonly metered: MeteredLine;
  readonly usage: Pick<DataUsage, 'since'>;
  readonly rules: () => Pick<Settings, 'downloadHours' | 'dataAllowance' | 'pauseOnMetered'>;
  readonly clock: Clock;
}

/** Why no download may run now, by the line and by what the student allows; null when they may. */
export function createGate({ connectivity, metered, usage, rules, clock }: Dependencies): () => ErrorCode | null {
  return () => {
    const { status, reason } = connectivity.state();
    if (status === 'offline') return reason ?? 'offline';
    const { downloadHours, dataAllowance, pauseOnMetered } = rules();
    if (downloadHours && !isWithin(downloadHours, minuteOfDay(clock.now()))) return 'outside_hours';
    if (dataAllowance && usage.since(dataAllowance.per) >= dataAllowance.bytes) return 'allowance_used';
    if (pauseOnMetered && metered.isMetered()) return 'metered_line';
    return null;
  };
}

/** From 22:00 to 06:00 goes over midnight; the same minute twice is the whole day. */
export function isWithin({ fromMinute, toMinute }: DownloadHours, minute: number): boolean {
  if (fromMinute === toMinute) return true;
  return fromMinute < toMinute ? minute >= fromMinute && minute < toMinute : minute >= fromMinute || minute < toMinute;
}

function minuteOfDay(at: number): number {
  const date = new Date(at);
  return date.getHours() * 60 + date.getMinutes();
}
