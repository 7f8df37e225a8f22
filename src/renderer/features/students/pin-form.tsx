import { useState, type FormEvent } from 'react';
import type { KnownStudent } from '../../../shared/contracts/accounts.ts';
import { isTeachifyError, type TeachifyError } from '../../../shared/errors.ts';
import { Button } from '../../components/button.tsx';
import { isPin, PinField } from '../../components/pin-field.tsx';
import { Problem } from '../../components/problem.tsx';
import { errorWords } from '../../i18n/errors.ts';
import { useText } from '../../i18n/text.ts';
import { useAccounts } from '../../stores/stores.ts';

/** Lets a student back in by PIN; who has none, or tried too often, by password. */
export function PinForm({ student }: { student: KnownStudent }) {
  const text = useText();
  const choose = useAccounts((accounts) => accounts.choose);
  const enter = useAccounts((accounts) => accounts.enter);
  const [pin, setPin] = useState('');
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<TeachifyError | null>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!isPin(pin)) return;
    setBusy(true);
    try {
      await choose(student.accountId, pin);
    } catch (error) {
      if (!isTeachifyError(error)) throw error;
      setFailure(error);
      setPin('');
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      {failure ? <Problem urgent {...errorWords(text, failure.code, failure.details)} /> : null}
      {student.hasPin ? (
        <form className="students-pin" onSubmit={(event) => void submit(event)}>
          <PinField label={text('students.pin')} value={pin} onChange={setPin} />
          <Button look="primary" type="submit" isDisabled={busy}>
            {text('students.unlock')}
          </Button>
        </form>
      ) : failure ? null : (
        <p>{text('students.noPin')}</p>
      )}
      <Button look={student.hasPin ? 'quiet' : 'primary'} onPress={() => enter({ again: student.accountId })}>
        {text('students.usePassword')}
      </Button>
    </>
  );
}
