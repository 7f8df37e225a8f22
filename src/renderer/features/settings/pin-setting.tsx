import { useState, type FormEvent } from 'react';
import { Button } from '../../components/button.tsx';
import { isPin, PinField } from '../../components/pin-field.tsx';
import { SettingRow } from '../../components/setting-row.tsx';
import { useText } from '../../i18n/text.ts';
import { useAccounts, useNotices } from '../../stores/stores.ts';
import { useAttempt } from '../../stores/use-attempt.ts';

/** The PIN of the student who is here. */
export function PinSetting() {
  const text = useText();
  const attempt = useAttempt();
  const hasPin = useAccounts(({ state }) => state?.students.find(({ accountId }) => accountId === state.accountId)?.hasPin ?? false);
  const setPin = useAccounts((accounts) => accounts.setPin);
  const show = useNotices((notices) => notices.show);
  const [editing, setEditing] = useState(false);
  const save = (pin: string | null) =>
    attempt(async () => {
      await setPin(pin);
      setEditing(false);
      show({ tone: 'plain', title: text(pin === null ? 'settings.pinRemoved' : 'settings.pinSaved') });
    });
  return (
    <SettingRow title={text('settings.pin')} help={text('settings.pinHelp')}>
      {editing ? (
        <NewPin onSave={save} onCancel={() => setEditing(false)} />
      ) : (
        <>
          {hasPin ? <Button onPress={() => save(null)}>{text('settings.pinRemove')}</Button> : null}
          <Button onPress={() => setEditing(true)}>{text(hasPin ? 'settings.pinChange' : 'settings.pinSet')}</Button>
        </>
      )}
    </SettingRow>
  );
}

function NewPin({ onSave, onCancel }: { onSave: (pin: string) => void; onCancel: () => void }) {
  const text = useText();
  const [pin, setPin] = useState('');
  const [tried, setTried] = useState(false);
  const fits = isPin(pin);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (fits) onSave(pin);
  };
  return (
    <form className="settings-pin" onSubmit={submit}>
      <PinField label={text('settings.pinNew')} value={pin} onChange={setPin} {...(tried && !fits ? { error: text('settings.pinInvalid') } : {})} />
      <div className="settings-pin-actions">
        <Button look="primary" type="submit">
          {text('settings.pinSave')}
        </Button>
        <Button look="quiet" onPress={onCancel}>
          {text('action.cancel')}
        </Button>
      </div>
    </form>
  );
}
