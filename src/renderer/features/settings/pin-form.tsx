import { useState, type FormEvent } from 'react';
import type { PinProof } from '../../../shared/contracts/accounts.ts';
import { Button } from '../../components/button.tsx';
import { isPin, PinField } from '../../components/pin-field.tsx';
import { TextField } from '../../components/text-field.tsx';
import { useText } from '../../i18n/text.ts';

interface PinFormProps {
  /** Takes the PIN away instead of asking for a new one. */
  readonly removes: boolean;
  /** Where there is one, its owner is asked for it, or for the password. */
  readonly hasPin: boolean;
  readonly onSave: (pin: string | null, proof: PinProof | null) => void;
  readonly onCancel: () => void;
}

/** Sets, replaces or removes a PIN. */
export function PinForm({ removes, hasPin, onSave, onCancel }: PinFormProps) {
  const text = useText();
  const [by, setBy] = useState<'pin' | 'password'>('pin');
  const [old, setOld] = useState('');
  const [pin, setPin] = useState('');
  const [tried, setTried] = useState(false);
  const isProved = !hasPin || (by === 'pin' ? isPin(old) : old !== '');
  const fits = removes || isPin(pin);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (isProved && fits) onSave(removes ? null : pin, proofOf(hasPin, by, old));
  };
  const change = () => {
    setBy(by === 'pin' ? 'password' : 'pin');
    setOld('');
  };
  const invalid = (isGood: boolean) => (tried && !isGood ? { error: text('settings.pinInvalid') } : {});
  return (
    <form className="settings-pin" onSubmit={submit}>
      {!hasPin ? null : by === 'pin' ? (
        <PinField label={text('settings.pinOld')} value={old} onChange={setOld} {...invalid(isProved)} />
      ) : (
        // oxlint-disable-next-line jsx-a11y/no-autofocus -- it is what the student just asked for
        <TextField autoFocus label={text('signIn.password')} type="password" autoComplete="current-password" value={old} onChange={setOld} />
      )}
      {removes ? null : <PinField label={text('settings.pinNew')} isFirst={!hasPin} value={pin} onChange={setPin} {...invalid(fits)} />}
      <div className="settings-pin-actions">
        <Button look="primary" type="submit">
          {text(removes ? 'settings.pinRemove' : 'settings.pinSave')}
        </Button>
        {hasPin ? (
          <Button look="quiet" onPress={change}>
            {text(by === 'pin' ? 'settings.pinByPassword' : 'settings.pinByPin')}
          </Button>
        ) : null}
        <Button look="quiet" onPress={onCancel}>
          {text('action.cancel')}
        </Button>
      </div>
    </form>
  );
}

function proofOf(hasPin: boolean, by: 'pin' | 'password', typed: string): PinProof | null {
  if (!hasPin) return null;
  return by === 'pin' ? { pin: typed } : { password: typed };
}
