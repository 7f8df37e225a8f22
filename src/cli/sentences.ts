import english from '../../resources/locales/en.json' with { type: 'json' };
import type { ErrorCode } from '../shared/errors.ts';

const messages: Readonly<Record<string, string>> = english;

/** What happened, what is safe, what to do: the same words as in the app. */
export function sentenceOf(code: ErrorCode): string {
  return `${messages[`error.${code}.title`]}. ${messages[`error.${code}.body`]}`;
}

/** `63 MB`, `1.4 GB`, `850 kB`: decimal units, as a disk's label has them. */
export function bytesInWords(bytes: number): string {
  const [unit, size] = bytes >= 1e9 ? (['gigabyte', 1e9] as const) : bytes >= 1e6 ? (['megabyte', 1e6] as const) : (['kilobyte', 1e3] as const);
  const value = bytes / size;
  return new Intl.NumberFormat('en', { style: 'unit', unit, maximumFractionDigits: value < 10 ? 1 : 0 }).format(value);
}
