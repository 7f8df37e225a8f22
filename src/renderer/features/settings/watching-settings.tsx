import { sparing } from '../../../shared/models/quality.ts';
import { playableQualities } from '../../components/playable-quality.ts';
import { SettingRow } from '../../components/setting-row.tsx';
import { Select } from '../../components/select.tsx';
import { Switch } from '../../components/switch.tsx';
import { useQualityName } from '../../i18n/quality-name.ts';
import { useText } from '../../i18n/text.ts';
import { useSettings } from '../../stores/stores.ts';
import { useAttempt } from '../../stores/use-attempt.ts';

/** The qualities the course server makes; a lesson that lacks one takes the nearest below. */
const ladder = ['720p', '480p', '360p', sparing] as const;

export function WatchingSettings() {
  const text = useText();
  const name = useQualityName();
  const attempt = useAttempt();
  const settings = useSettings((state) => state.settings);
  const set = useSettings((state) => state.set);
  const qualities = playableQualities(ladder).map((quality) => ({ id: quality, label: name(quality) }));
  return (
    <>
      <SettingRow title={text('settings.streamQuality')} help={text('settings.streamQualityHelp')}>
        <Select
          label={text('settings.streamQuality')}
          labelUnseen
          options={[{ id: 'auto', label: text('player.auto') }, ...qualities]}
          chosen={settings.streamQuality}
          onChoose={(streamQuality) => attempt(() => set({ streamQuality }))}
        />
      </SettingRow>
      <SettingRow title={text('settings.downloadQuality')} help={text('settings.downloadQualityHelp')}>
        <Select
          label={text('settings.downloadQuality')}
          labelUnseen
          options={qualities}
          chosen={settings.downloadQuality}
          onChoose={(downloadQuality) => attempt(() => set({ downloadQuality }))}
        />
      </SettingRow>
      <SettingRow title={text('settings.captions')} help={text('settings.captionsHelp')}>
        <Switch label={text('settings.captions')} isOn={settings.captions} onChange={(captions) => attempt(() => set({ captions }))} />
      </SettingRow>
      <SettingRow title={text('settings.playerKeys')} help={text('settings.playerKeysHelp')}>
        <Switch label={text('settings.playerKeys')} isOn={settings.playerKeys} onChange={(playerKeys) => attempt(() => set({ playerKeys }))} />
      </SettingRow>
    </>
  );
}
