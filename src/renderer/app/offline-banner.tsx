import { CloudOff, KeyRound } from 'lucide-react';
import { errorWords } from '../i18n/errors.ts';
import { useFormat } from '../i18n/format.ts';
import { useText } from '../i18n/text.ts';
import { useAccounts, useConnection, useProgress } from '../stores/stores.ts';
import { Button } from '../components/button.tsx';
import { LeaseBanner } from './lease-banner.tsx';
import { useNow } from '../stores/use-now.ts';
import './offline-banner.css';

/** Says that the line is gone, since when, and that nothing is lost by it. Empty but present while online, so that screen readers hear it come. */
export function OfflineBanner() {
  const status = useConnection((connection) => connection.state.status);
  const authorised = useAccounts((accounts) => accounts.state?.authorised ?? true);
  return (
    <div role="status" aria-live="polite">
      {status === 'offline' ? <Offline /> : null}
      {status === 'online' && !authorised ? <SignInAgain /> : null}
      <LeaseBanner />
    </div>
  );
}

function Offline() {
  const text = useText();
  const format = useFormat();
  const now = useNow();
  const { since, reason } = useConnection((connection) => connection.state);
  const waiting = useProgress((progress) => progress.outbox?.waiting ?? 0);
  const why = reason === null || reason === 'offline' ? null : errorWords(text, reason);
  return (
    <div className="offline-banner">
      <CloudOff size={18} aria-hidden="true" />
      <p>
        <strong>{text('banner.offlineSince', { time: format.moment(since, now) })}</strong>
        {' — '}
        {why ? `${why.title}. ` : ''}
        {text('banner.waiting', { count: waiting })}
      </p>
    </div>
  );
}

function SignInAgain() {
  const text = useText();
  const accountId = useAccounts((accounts) => accounts.state?.accountId ?? null);
  const enter = useAccounts((accounts) => accounts.enter);
  return (
    <div className="offline-banner">
      <KeyRound size={18} aria-hidden="true" />
      <p>
        <strong>{text('banner.signInAgain')}</strong> {text('banner.signInAgainBody')}
      </p>
      <Button onPress={() => enter({ again: accountId })}>{text('banner.signIn')}</Button>
    </div>
  );
}
