import { useEffect, type ReactNode } from 'react';
import { I18nProvider } from 'react-aria-components/I18nProvider';
import { IntlProvider } from 'react-intl';
import type { Locale } from './locales.ts';

/** Hands the language to our words, to React Aria's, and to the document, whose direction decides the layout's. */
export function LanguageProvider({ locale, children }: { locale: Locale; children: ReactNode }) {
  useEffect(() => {
    document.documentElement.lang = locale.tag;
    document.documentElement.dir = locale.direction;
  }, [locale]);
  return (
    <IntlProvider locale={locale.tag} defaultLocale="en" messages={locale.messages}>
      <I18nProvider locale={locale.tag}>{children}</I18nProvider>
    </IntlProvider>
  );
}
