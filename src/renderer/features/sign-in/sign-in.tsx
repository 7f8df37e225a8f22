import { ArrowDownToLine, CloudOff, ShieldCheck } from 'lucide-react';
import { useState, type FormEvent } from 'react';
import type { AccountsState, KnownStudent } from '../../../shared/contracts/accounts.ts';
import { isTeachifyError, type TeachifyError } from '../../../shared/errors.ts';
import { Button } from '../../components/button.tsx';
import { Problem } from '../../components/problem.tsx';
import { TextField } from '../../components/text-field.tsx';
import { errorWords } from '../../i18n/errors.ts';
import { useText } from '../../i18n/text.ts';
import { useAccounts } from '../../stores/stores.ts';
import { BrowserSignIn } from './browser-sign-in.tsx';
import { DemoOffer } from './demo-offer.tsx';
import { ServerField } from './server-field.tsx';
import './sign-in.css';

const promises = [
  { words: 'signIn.promiseHome', icon: ArrowDownToLine },
  { words: 'signIn.promiseOffline', icon: CloudOff },
  { words: 'signIn.promiseSafe', icon: ShieldCheck },
] as const;

interface SignInProps {
  /** A student of this machine who has to sign in anew; null for whoever comes. */
  readonly again: KnownStudent | null;
  /** To where one came from; absent where there is nothing before. */
  readonly onBack?: () => void;
}

/** The first screen: which school, who you are. */
export function SignIn({ again, onBack }: SignInProps) {
  const text = useText();
  const state = useAccounts((accounts) => accounts.state);
  return (
    <main className="sign-in">
      <header className="sign-in-welcome">
        <p className="sign-in-brand">
          <span className="sign-in-mark" aria-hidden="true">
            T
          </span>
          {text('app.name')}
        </p>
        <p className="sign-in-tagline">{text('signIn.tagline')}</p>
        <ul className="sign-in-promises">
          {promises.map(({ words, icon: Icon }) => (
            <li key={words}>
              <Icon size={20} aria-hidden="true" />
              <span>{text(words)}</span>
            </li>
          ))}
        </ul>
      </header>
      <div className="sign-in-sheet">
        {state ? <SignInForm state={state} again={again} /> : null}
        {onBack ? (
          <Button look="quiet" onPress={onBack}>
            {text('signIn.back')}
          </Button>
        ) : null}
      </div>
    </main>
  );
}

function SignInForm({ state, again }: { state: AccountsState; again: KnownStudent | null }) {
  const text = useText();
  const signIn = useAccounts((accounts) => accounts.signIn);
  const [email, setEmail] = useState(again?.email ?? '');
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<TeachifyError | null>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setFailure(null);
    try {
      await signIn(email, password, again?.accountId ?? null);
    } catch (error) {
      if (!isTeachifyError(error)) throw error;
      setFailure(error);
    } finally {
      setBusy(false);
    }
  };
  const { demo, name } = state.signInServer;
  const school = again?.school ?? name;
  return (
    <>
      <h1>
        {again ? text('signIn.again', { name: again.name }) : text('signIn.title')}{' '}
        {school === null ? null : <span className="sign-in-school">{text('signIn.to', { school })}</span>}
      </h1>
      {failure ? <Problem urgent {...errorWords(text, failure.code, failure.details)} /> : null}
      <form className="sign-in-form" onSubmit={(event) => void submit(event)}>
        <TextField label={text('signIn.email')} type="email" autoComplete="username" value={email} onChange={setEmail} isRequired />
        <TextField
          label={text('signIn.password')}
          type="password"
          autoComplete="current-password"
          value={password}
          onChange={setPassword}
          isRequired
        />
        <Button look="primary" type="submit" isDisabled={busy}>
          {text(busy ? 'signIn.submitting' : 'signIn.submit')}
        </Button>
      </form>
      {state.signInServer.browser ? <BrowserSignIn again={again?.accountId ?? null} /> : null}
      {demo && !again ? (
        <DemoOffer
          demo={demo}
          onFill={() => {
            setEmail(demo.email);
            setPassword(demo.password);
          }}
        />
      ) : null}
      {again ? null : <ServerField server={state.signInServer} />}
      {state.tokenStorage === 'memory' && !state.shared ? <p className="sign-in-note">{text('signIn.memoryOnly')}</p> : null}
    </>
  );
}
