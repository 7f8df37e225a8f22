import { ExternalLink } from 'lucide-react';
import { useEffect, useState } from 'react';
import { isTeachifyError, type TeachifyError } from '../../../shared/errors.ts';
import { Button } from '../../components/button.tsx';
import { Problem } from '../../components/problem.tsx';
import { errorWords } from '../../i18n/errors.ts';
import { chooseLocale } from '../../i18n/locales.ts';
import { useText } from '../../i18n/text.ts';
import { useAccounts, useAppStores, useSettings } from '../../stores/stores.ts';

/** Signing in at the school's own page, where the school offers one. */
export function BrowserSignIn({ again }: { again: string | null }) {
  const text = useText();
  const { shell } = useAppStores();
  const locale = useSettings(({ settings }) => chooseLocale(settings.language, shell.locale));
  const signIn = useAccounts((accounts) => accounts.signInByBrowser);
  const stop = useAccounts((accounts) => accounts.stopBrowserSignIn);
  const [waiting, setWaiting] = useState(false);
  const [failure, setFailure] = useState<TeachifyError | null>(null);
  useEffect(() => () => void stop().catch(() => undefined), [stop]);
  const begin = async () => {
    setFailure(null);
    setWaiting(true);
    try {
      await signIn(again, { language: locale.tag, direction: locale.direction, title: text('signIn.browserBack'), body: text('signIn.browserBackClose') });
    } catch (error) {
      if (!isTeachifyError(error)) throw error;
      setFailure(error);
    } finally {
      setWaiting(false);
    }
  };
  return (
    <>
      {failure ? <Problem urgent {...errorWords(text, failure.code, failure.details)} /> : null}
      {waiting ? (
        <>
          <p role="status">{text('signIn.browserWaiting')}</p>
          <Button onPress={() => void stop()}>{text('signIn.browserStop')}</Button>
        </>
      ) : (
        <Button icon={<ExternalLink size={18} aria-hidden="true" />} onPress={() => void begin()}>
          {text('signIn.browser')}
        </Button>
      )}
    </>
  );
}
