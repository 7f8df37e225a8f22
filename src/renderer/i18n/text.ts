import { useCallback } from 'react';
import { useIntl } from 'react-intl';
import type { MessageId } from './locales.ts';

export type TextValues = Readonly<Record<string, string | number>>;
export type Text = (id: MessageId, values?: TextValues) => string;

/** The words of the interface in the student's language. */
export function useText(): Text {
  const intl = useIntl();
  return useCallback((id, values) => intl.formatMessage({ id }, { ...values }), [intl]);
}
