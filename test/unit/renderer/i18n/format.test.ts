import { createIntl } from 'react-intl';
import { describe, expect, it } from 'vitest';
import { createFormat } from '../../../../src/renderer/i18n/format.ts';
import { chooseLocale } from '../../../../src/renderer/i18n/locales.ts';

const formatIn = (tag: string) => createFormat(createIntl({ locale: tag, messages: chooseLocale(tag).messages }));
const format = formatIn('en');
const minute = 60_000;

describe('sizes', () => {
  it.each([
    [0, '0 kB'],
    [850_000, '850 kB'],
    [999_600, '1 MB'],
    [1_440_000, '1.4 MB'],
    [63_200_000, '63 MB'],
    [1_430_000_000, '1.4 GB'],
    [38_400_000_000, '38 GB'],
  ])('%d bytes are "%s"', (bytes, said) => expect(format.bytes(bytes)).toBe(said));

  it('share one unit when one is part of the other', () => {
    expect(format.bytesOf(41_000_000, 63_000_000)).toBe('41 of 63 MB');
    expect(format.bytesOf(400_000, 1_400_000_000)).toBe('0 of 1.4 GB');
    expect(format.bytesOf(70_000_000, 63_000_000)).toBe('63 of 63 MB');
  });
});

describe('times', () => {
  it.each([
    [400, '1 sec'],
    [45_000, '45 sec'],
    [10 * minute, '10 min'],
    [60 * minute, '1 hr'],
    [65 * minute, '1 hr 5 min'],
  ])('%d ms last "%s"', (ms, said) => expect(format.duration(ms)).toBe(said));

  it('are left as a person would say it', () => {
    expect(format.left(4 * minute)).toBe('about 4 min left');
    expect(format.left(30_000)).toBe('less than a minute left');
  });

  it.each([
    [0, '0:00'],
    [65_900, '1:05'],
    [3_723_000, '1:02:03'],
  ])('%d ms stand at "%s"', (ms, said) => expect(format.clock(ms)).toBe(said));

  it('lie in the past by a rounded amount, and never in the future', () => {
    expect(format.ago(10 * minute)).toBe('10 minutes ago');
    expect(format.ago(0)).toBe('just now');
    expect(format.date(Date.UTC(2026, 10, 25, 12))).toMatch(/25.*2026|2026.*25/);
  });
});

it('speaks another language with its own plurals and units', () => {
  expect(formatIn('ar').bytesOf(41_000_000, 63_000_000)).toMatch(/^41 من 63 /);
});
