import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createIntl } from 'react-intl';
import { describe, expect, it } from 'vitest';
import { chooseLocale, locales, regionalTag } from '../../../../src/renderer/i18n/locales.ts';
import { errorCodes } from '../../../../src/shared/errors.ts';

const english: Record<string, string> = locales[0]?.messages ?? {};
const renderer = join(import.meta.dirname, '../../../../src/renderer');

describe.each(locales)('the words in $tag', ({ tag, messages }) => {
  it('are the same messages as in English, with the same figures in them', () => {
    const shapes = (of: Record<string, string>) => Object.entries(of).map(([id, message]) => `${id}: ${figures(message).join(', ')}`);
    expect(shapes(messages)).toEqual(shapes(english));
  });

  it('can all be said', () => {
    const intl = createIntl({
      locale: tag,
      messages,
      onError: (error) => {
        throw error;
      },
    });
    for (const [id, message] of Object.entries(messages)) {
      const values = Object.fromEntries(figures(message).map((name) => [name, 3]));
      expect(`${id}: ${intl.formatMessage({ id }, values)}`).toMatch(/: \S/);
    }
  });

  it('have for every error what happened and what to do', () => {
    const words: Record<string, string> = messages;
    const wordless = errorCodes.filter((code) => !words[`error.${code}.title`] || !words[`error.${code}.body`]);
    expect(wordless).toEqual([]);
  });
});

it('holds no message that is never said', () => {
  const source = readdirSync(renderer, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => readFileSync(join(renderer, file), 'utf8'))
    .join('\n');
  const composed = [...source.matchAll(/text\(`([\w.]+\.)\$\{[^}]+\}([\w.]*)`/g)].map(([, before, after]) => ({ before: before ?? '', after: after ?? '' }));
  const said = (id: string) => source.includes(`'${id}'`) || composed.some(({ before, after }) => id.startsWith(before) && id.endsWith(after));
  expect(Object.keys(english).filter((id) => !said(id))).toEqual([]);
});

it('writes dates as the system does where it speaks the same language', () => {
  expect(regionalTag(chooseLocale('en'), 'en-GB')).toBe('en-GB');
  expect(regionalTag(chooseLocale('ar'), 'en-GB')).toBe('ar');
  expect(regionalTag(chooseLocale('en'), 'C')).toBe('en');
});

describe('chooseLocale', () => {
  it('takes the first wish there are words for, by language when the region differs', () => {
    expect(chooseLocale(null, 'ar-EG').tag).toBe('ar');
    expect(chooseLocale('xx', 'ar').tag).toBe('ar');
    expect(chooseLocale('en-GB', 'ar').tag).toBe('en');
    expect(chooseLocale(null, 'xx').tag).toBe('en');
  });
});

/** The names of what is filled in. */
function figures(message: string): string[] {
  return [...new Set([...message.matchAll(/\{(\w+)[,}]/g)].map(([, name]) => name ?? ''))].sort();
}
