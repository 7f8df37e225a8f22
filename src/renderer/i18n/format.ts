import { useMemo } from 'react';
import { useIntl, type IntlShape } from 'react-intl';
import type { MessageId } from './locales.ts';
import type { TextValues } from './text.ts';

type ByteUnit = 'kilobyte' | 'megabyte' | 'gigabyte';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** Numbers as a person would say them. All times in milliseconds, all sizes in bytes. */
export interface Format {
  /** `63 MB`, `1.4 GB`, `850 kB` */
  readonly bytes: (bytes: number) => string;
  /** `41 of 63 MB` */
  readonly bytesOf: (done: number, total: number) => string;
  /** `450 kB/s` */
  readonly speed: (bytesPerSecond: number) => string;
  /** `45 sec`, `10 min`, `1 hr 5 min` */
  readonly duration: (ms: number) => string;
  /** `about 4 min left` */
  readonly left: (ms: number) => string;
  /** `1:05`, `1:02:03` */
  readonly clock: (ms: number) => string;
  /** `14:05` today, `Mon 14:05` this week, else the date. */
  readonly moment: (at: number, now: number) => string;
  /** `22:00` of any day, from minutes after midnight. */
  readonly minuteOfDay: (minute: number) => string;
  /** `just now`, `10 minutes ago` */
  readonly ago: (ms: number) => string;
  /** Day, year and time, whatever day it is today. */
  readonly date: (at: number) => string;
  /** Of whole percents: `40%`. */
  readonly percent: (percent: number) => string;
  readonly number: (value: number) => string;
}

export function useFormat(): Format {
  const intl = useIntl();
  return useMemo(() => createFormat(intl), [intl]);
}

export function createFormat(intl: IntlShape): Format {
  const text = (id: MessageId, values: TextValues) => intl.formatMessage({ id }, { ...values });
  const amount = (value: number, unit: string, digits = 0) =>
    intl.formatNumber(value, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: digits });
  const bytes = (value: number) => {
    const { unit, size, digits } = byteUnit(value);
    return amount(value / size, unit, digits);
  };
  const duration = (ms: number) => {
    if (ms < minute) return amount(Math.max(1, Math.round(ms / second)), 'second');
    const minutes = Math.round(ms / minute);
    if (minutes < 60) return amount(minutes, 'minute');
    const rest = minutes % 60;
    const hours = amount(Math.floor(minutes / 60), 'hour');
    return rest === 0 ? hours : text('format.two', { first: hours, second: amount(rest, 'minute') });
  };
  return {
    bytes,
    bytesOf: (done, total) => {
      const { size, digits } = byteUnit(total);
      const number = intl.formatNumber(Math.min(done, total) / size, { maximumFractionDigits: digits });
      return text('format.of', { done: number, total: bytes(total) });
    },
    speed: (value) => text('format.perSecond', { amount: bytes(value) }),
    duration,
    left: (ms) => (ms < minute ? text('format.leftSoon', {}) : text('format.left', { duration: duration(ms) })),
    clock: (ms) => clockDigits(intl, ms),
    moment: (at, now) => intl.formatDate(at, { hour: 'numeric', minute: '2-digit', ...dateParts(at, now) }),
    minuteOfDay: (minute) => intl.formatDate(minute * 60_000, { hour: 'numeric', minute: '2-digit', timeZone: 'UTC' }),
    ago: (ms) => ago(intl, ms, text),
    date: (at) => intl.formatDate(at, { day: 'numeric', month: 'short', year: 'numeric', hour: 'numeric', minute: '2-digit' }),
    percent: (percent) => intl.formatNumber(percent / 100, { style: 'percent' }),
    number: (value) => intl.formatNumber(value),
  };
}

/** The unit a size is said in, and how many digits after the point are still worth saying. */
function byteUnit(bytes: number): { unit: ByteUnit; size: number; digits: number } {
  const [unit, size] = ((): [ByteUnit, number] => {
    if (bytes >= 999.5e6) return ['gigabyte', 1e9];
    if (bytes >= 999.5e3) return ['megabyte', 1e6];
    return ['kilobyte', 1e3];
  })();
  const worthADigit = (unit === 'gigabyte' || unit === 'megabyte') && bytes / size < 9.95;
  return { unit, size, digits: worthADigit ? 1 : 0 };
}

function clockDigits(intl: IntlShape, ms: number): string {
  const seconds = Math.floor(Math.max(0, ms) / second);
  const two = (value: number) => intl.formatNumber(value, { minimumIntegerDigits: 2 });
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60];
  const hours = Math.floor(seconds / 3600);
  return hours > 0
    ? [intl.formatNumber(hours), ...parts.map(two)].join(':')
    : [intl.formatNumber(parts[0] ?? 0), two(parts[1] ?? 0)].join(':');
}

function dateParts(at: number, now: number): Intl.DateTimeFormatOptions {
  if (new Date(at).toDateString() === new Date(now).toDateString()) return {};
  return now - at < 6 * day ? { weekday: 'short' } : { day: 'numeric', month: 'short' };
}

function ago(intl: IntlShape, ms: number, text: (id: MessageId, values: TextValues) => string): string {
  if (ms < minute) return text('format.justNow', {});
  if (ms < hour) return intl.formatRelativeTime(-Math.floor(ms / minute), 'minute');
  if (ms < day) return intl.formatRelativeTime(-Math.floor(ms / hour), 'hour');
  return intl.formatRelativeTime(-Math.floor(ms / day), 'day', { numeric: 'auto' });
}
