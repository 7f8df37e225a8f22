import { useState } from 'react';
import { PinForm } from './pin-form.tsx';
import type { PinProof } from '../../../shared/contracts/accounts.ts';
import { Button } from '../../components/button.tsx';
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
  const [doing, setDoing] = useState<'set' | 'remove' | null>(null);
  const save = (pin: string | null, proof: PinProof | null) =>
    attempt(async () => {
      await setPin(pin, proof);
      setDoing(null);
      show({ tone: 'plain', title: text(pin === null ? 'settings.pinRemoved' : 'settings.pinSaved') });
    });
  return (
    <SettingRow title={text('settings.pin')} help={text('settings.pinHelp')}>
      {doing ? (
        <PinForm key={doing} removes={doing === 'remove'} hasPin={hasPin} onSave={save} onCancel={() => setDoing(null)} />
      ) : (
        <>
          {hasPin ? <Button onPress={() => setDoing('remove')}>{text('settings.pinRemove')}</Button> : null}
          <Button onPress={() => setDoing('set')}>{text(hasPin ? 'settings.pinChange' : 'settings.pinSet')}</Button>
        </>
      )}
    </SettingRow>
  );
}
