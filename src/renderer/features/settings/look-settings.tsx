import { settingsSchema } from '../../../shared/models/settings.ts';
import { SettingRow } from '../../components/setting-row.tsx';
import { Select } from '../../components/select.tsx';
import { locales } from '../../i18n/locales.ts';
import { useText } from '../../i18n/text.ts';
import { useSettings } from '../../stores/stores.ts';
import { useAttempt } from '../../stores/use-attempt.ts';

const themeSchema = settingsSchema.shape.theme;
/** Stands for "no choice" in a list, whose entries need ids. */
const system = 'system';

export function LookSettings() {
  const text = useText();
  const attempt = useAttempt();
  const settings = useSettings((state) => state.settings);
  const set = useSettings((state) => state.set);
  return (
    <>
      <SettingRow title={text('settings.theme')}>
        <Select
          label={text('settings.theme')}
          labelUnseen
          options={themeSchema.options.map((theme) => ({ id: theme, label: text(`settings.theme.${theme}`) }))}
          chosen={settings.theme}
          onChoose={(theme) => attempt(() => set({ theme: themeSchema.parse(theme) }))}
        />
      </SettingRow>
      <SettingRow title={text('settings.language')}>
        <Select
          label={text('settings.language')}
          labelUnseen
          options={[{ id: system, label: text('settings.languageSystem') }, ...locales.map(({ tag, name }) => ({ id: tag, label: name }))]}
          chosen={settings.language ?? system}
          onChoose={(language) => attempt(() => set({ language: language === system ? null : language }))}
        />
      </SettingRow>
    </>
  );
}
