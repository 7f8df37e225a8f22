import { useEffect, type ReactNode } from 'react';
import { I18nProvider } from 'react-aria-components/I18nProvider';
import { IntlProvider } from 'react-intl';
import { regionalTag, type Locale } from './locales.ts';

interface LanguageProviderProps {
  readonly locale: Locale;
  /** BCP 47 tag of the system. */
  readonly systemTag: string;
  readonly children: ReactNode;
}

/** Hands the language to our words, to React Aria's, and to the document, whose direction decides the layout's. */
export function LanguageProvider({ locale, systemTag, children }: LanguageProviderProps) {
  const tag = regionalTag(locale, systemTag);
  useEffect(() => {
    document.documentElement.lang = locale.tag;
    document.documentElement.dir = locale.direction;
  }, [locale]);
  return (
    <IntlProvider locale={tag} defaultLocale="en" messages={locale.messages}>
      <I18nProvider locale={tag}>{children}</I18nProvider>
    </IntlProvider>
  );
}
