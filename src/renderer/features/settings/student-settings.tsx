import { Avatar } from '../../components/avatar.tsx';
import { Select } from '../../components/select.tsx';
import { SettingRow } from '../../components/setting-row.tsx';
import { Switch } from '../../components/switch.tsx';
import { useText } from '../../i18n/text.ts';
import { useAccounts, useSettings } from '../../stores/stores.ts';
import { useAttempt } from '../../stores/use-attempt.ts';
import { PinSetting } from './pin-setting.tsx';

const minutesOffered = [2, 5, 10, 20, 30, 60] as const;

/** Who is here, how their sign-in is kept, and whether others use this computer too. */
export function StudentSettings() {
  const text = useText();
  const attempt = useAttempt();
  const account = useAccounts((accounts) => accounts.state);
  const settings = useSettings((state) => state.settings);
  const set = useSettings((state) => state.set);
  const kept = account?.shared ? 'settings.tokenShared' : account?.tokenStorage === 'keychain' ? 'settings.tokenKeychain' : 'settings.tokenMemory';
  const offered = [...new Set([...minutesOffered, settings.lockAfterMinutes])].sort((a, b) => a - b);
  return (
    <>
      {account?.student ? (
        <div className="settings-student">
          <Avatar id={account.student.id} name={account.student.name} />
          <SettingRow title={`${account.student.name}, ${account.student.email}`} help={text(kept)} />
        </div>
      ) : null}
      <SettingRow title={text('settings.shared')} help={text('settings.sharedHelp')}>
        <Switch label={text('settings.shared')} isOn={settings.sharedComputer} onChange={(sharedComputer) => attempt(() => set({ sharedComputer }))} />
      </SettingRow>
      {settings.sharedComputer ? (
        <>
          <SettingRow title={text('settings.lockAfter')} help={text('settings.lockAfterHelp')}>
            <Select
              label={text('settings.lockAfter')}
              labelUnseen
              options={offered.map((minutes) => ({ id: String(minutes), label: text('settings.lockMinutes', { minutes }) }))}
              chosen={String(settings.lockAfterMinutes)}
              onChoose={(minutes) => attempt(() => set({ lockAfterMinutes: Number(minutes) }))}
            />
          </SettingRow>
          <PinSetting />
        </>
      ) : null}
    </>
  );
}
