import { useState, type FormEvent } from 'react';
import type { AccountsState } from '../../../shared/contracts/accounts.ts';
import { isTeachifyError, type TeachifyError } from '../../../shared/errors.ts';
import { Button } from '../../components/button.tsx';
import { Problem } from '../../components/problem.tsx';
import { TextField } from '../../components/text-field.tsx';
import { errorWords } from '../../i18n/errors.ts';
import { useText } from '../../i18n/text.ts';
import { useAccounts } from '../../stores/stores.ts';

/** Shows which server is meant; opens to a field where another can be typed and tried. */
export function ServerField({ server }: { server: AccountsState['server'] }) {
  const text = useText();
  const [editing, setEditing] = useState(false);
  if (editing) return <ServerForm url={server.url} onDone={() => setEditing(false)} />;
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
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setFailure(null);
    setInvalid(!isAddress(address));
    if (!isAddress(address)) return;
    setBusy(true);
    try {
      await checkServer(address.trim());
      onDone();
    } catch (error) {
      if (!isTeachifyError(error)) throw error;
      setFailure(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form className="sign-in-form" onSubmit={(event) => void submit(event)}>
      {failure ? <Problem urgent {...errorWords(text, failure.code, failure.details)} /> : null}
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

function isAddress(address: string): boolean {
  return /^https?:\/\/[^\s/]+/.test(address.trim()) && URL.canParse(address.trim());
}
