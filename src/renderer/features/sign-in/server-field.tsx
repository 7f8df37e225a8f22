import { useState, type FormEvent } from 'react';
import type { AccountsState } from '../../../shared/contracts/accounts.ts';
import { isTeachifyError, type TeachifyError } from '../../../shared/errors.ts';
import { Button } from '../../components/button.tsx';
import { Problem } from '../../components/problem.tsx';
import { TextField } from '../../components/text-field.tsx';
import { errorWords } from '../../i18n/errors.ts';
import { useText } from '../../i18n/text.ts';
import { useAccounts, useLink } from '../../stores/stores.ts';

/** Shows which server is meant; opens to a field where another can be typed, or comes from an address outside, and is tried. */
export function ServerField({ server }: { server: AccountsState['server'] }) {
  const text = useText();
  const [editing, setEditing] = useState(false);
  const link = useLink((links) => links.link);
  const forget = useLink((links) => links.done);
  const suggested = link?.action === 'connect' ? link.serverUrl : null;
  const close = () => {
    setEditing(false);
    forget();
  };
  if (suggested !== null) return <ServerForm key={suggested} url={suggested} onDone={close} />;
  if (editing) return <ServerForm url={server.url} onDone={close} />;
  return (
    <div className="sign-in-server">
      <p>
        <span className="sign-in-label">{text('signIn.server')}</span> <bdi dir="ltr">{server.url}</bdi>
      </p>
      <Button look="quiet" onPress={() => setEditing(true)}>
        {text('signIn.change')}
      </Button>
    </div>
  );
}

function ServerForm({ url, onDone }: { url: string; onDone: () => void }) {
  const text = useText();
  const checkServer = useAccounts((accounts) => accounts.checkServer);
  const [address, setAddress] = useState(url);
  const [busy, setBusy] = useState(false);
  const [invalid, setInvalid] = useState(false);
  const [failure, setFailure] = useState<TeachifyError | null>(null);
  const check = async (wanted: string, unencrypted = false) => {
    setFailure(null);
    setInvalid(!isAddress(wanted));
    if (!isAddress(wanted)) return;
    setBusy(true);
    try {
      await checkServer(wanted.trim(), unencrypted);
      onDone();
    } catch (error) {
      if (!isTeachifyError(error)) throw error;
      setFailure(error);
    } finally {
      setBusy(false);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void check(address);
  };
  const useHttps = () => {
    const safe = address.trim().replace(/^http:/i, 'https:');
    setAddress(safe);
    void check(safe);
  };
  return (
    <form className="sign-in-form" onSubmit={submit}>
      {failure ? (
        <Problem urgent {...errorWords(text, failure.code, failure.details)}>
          {failure.code === 'not_encrypted' ? (
            <>
              <Button look="primary" onPress={useHttps}>
                {text('signIn.useHttps')}
              </Button>
              <Button onPress={() => void check(address, true)}>{text('signIn.goOnUnencrypted')}</Button>
            </>
          ) : undefined}
        </Problem>
      ) : null}
      <TextField
        // oxlint-disable-next-line jsx-a11y/no-autofocus -- the student just asked for this field
        autoFocus
        label={text('signIn.serverAddress')}
        value={address}
        onChange={setAddress}
        direction="ltr"
        {...(invalid ? { error: text('signIn.serverInvalid') } : {})}
      />
      <div className="sign-in-actions">
        <Button type="submit" isDisabled={busy}>
          {text(busy ? 'signIn.checking' : 'signIn.useServer')}
        </Button>
        <Button look="quiet" onPress={onDone}>
          {text('action.cancel')}
        </Button>
      </div>
    </form>
  );
}

/** Main reads it to the letter; this is for slips of the hand. */
function isAddress(address: string): boolean {
  const typed = address.trim();
  return typed !== '' && !/\s/.test(typed) && URL.canParse(/^https?:\/\//i.test(typed) ? typed : `https://${typed}`);
}
