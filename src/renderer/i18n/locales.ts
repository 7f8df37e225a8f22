import ar from '../../../resources/locales/ar.json';
import en from '../../../resources/locales/en.json';

/** English is the source: its keys are the messages there are. */
export type MessageId = keyof typeof en;
type Messages = Readonly<Record<MessageId, string>>;

export interface Locale {
  /** BCP 47 tag. */
  readonly tag: string;
  /** In its own words, for the list in Settings. */
  readonly name: string;
  readonly direction: 'ltr' | 'rtl';
  readonly messages: Messages;
}

const english: Locale = { tag: 'en', name: 'English', direction: 'ltr', messages: en };

export const locales: readonly Locale[] = [english, { tag: 'ar', name: 'العربية', direction: 'rtl', messages: ar }];

/** The system's own tag where it is the same language, so that dates and times look as elsewhere on the machine: `14:05`, not `2:05 PM`. */
export function regionalTag({ tag }: Locale, systemTag: string): string {
  return systemTag.split('-')[0]?.toLowerCase() === tag && Intl.DateTimeFormat.supportedLocalesOf([systemTag]).length > 0 ? systemTag : tag;
}

/** The locale of the first wish we have words for, by language alone when the region differs; English when there is none. */
export function chooseLocale(...wishes: readonly (string | null)[]): Locale {
  for (const wish of wishes) {
    const language = wish?.split('-')[0]?.toLowerCase();
    const locale = locales.find(({ tag }) => tag === wish) ?? locales.find(({ tag }) => tag === language);
    if (locale) return locale;
  }
  return english;
}
