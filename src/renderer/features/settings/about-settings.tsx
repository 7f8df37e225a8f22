import { Button } from '../../components/button.tsx';
import { SettingRow } from '../../components/setting-row.tsx';
import { useText } from '../../i18n/text.ts';
import { useAppStores } from '../../stores/stores.ts';
import { useAttempt } from '../../stores/use-attempt.ts';

export function AboutSettings() {
  const text = useText();
  const attempt = useAttempt();
  const { remote, shell } = useAppStores();
  return (
    <>
      {shell.unreadableProxies.length > 0 ? <SettingRow title={text('settings.proxyUnread')} help={text('settings.proxyUnreadHelp', { names: shell.unreadableProxies.join(', ') })} /> : null}
      <SettingRow
        title={text('settings.version', { version: shell.version })}
        help={text('settings.runtime', { electron: shell.electron, chromium: shell.chromium, platform: shell.platform })}
      />
      <SettingRow title={text('settings.licences')} help={text('settings.licencesBody')} />
      <SettingRow title={text('settings.logs')} help={text('settings.logsHelp')}>
        <Button onPress={() => attempt(() => remote.call('shell.showFolder', { folder: 'logs' }))}>{text('settings.showLogs')}</Button>
      </SettingRow>
    </>
  );
}
