import type { Settings } from '../../../shared/models/settings.ts';
import { SettingRow } from '../../components/setting-row.tsx';
import { Select } from '../../components/select.tsx';
import { Switch } from '../../components/switch.tsx';
import { useFormat } from '../../i18n/format.ts';
import { useText } from '../../i18n/text.ts';
import { useSettings } from '../../stores/stores.ts';
import { useAttempt } from '../../stores/use-attempt.ts';

const rates = [125_000, 250_000, 500_000, 1_000_000, 2_500_000] as const;
const allowances = [
  { bytes: 100e6, per: 'day' },
  { bytes: 500e6, per: 'day' },
  { bytes: 1e9, per: 'day' },
  { bytes: 1e9, per: 'month' },
  { bytes: 5e9, per: 'month' },
  { bytes: 20e9, per: 'month' },
] as const satisfies readonly NonNullable<Settings['dataAllowance']>[];
const hours = [
  { fromMinute: 22 * 60, toMinute: 6 * 60 },
  { fromMinute: 0, toMinute: 6 * 60 },
  { fromMinute: 18 * 60, toMinute: 8 * 60 },
  { fromMinute: 8 * 60, toMinute: 16 * 60 },
] as const;
/** Stands for "no limit" in a list, whose entries need ids. */
const none = 'none';

/** What downloads may take of the line, and when. */
export function DownloadSettings() {
  const text = useText();
  const attempt = useAttempt();
  const settings = useSettings((state) => state.settings);
  const set = useSettings((state) => state.set);
  return (
    <>
      <RateLimit />
      <SettingRow title={text('settings.polite')} help={text('settings.politeHelp')}>
        <Switch label={text('settings.polite')} isOn={settings.polite} onChange={(polite) => attempt(() => set({ polite }))} />
      </SettingRow>
      <Hours />
      <Allowance />
      <SettingRow title={text('settings.metered')} help={text('settings.meteredHelp')}>
        <Switch label={text('settings.metered')} isOn={settings.pauseOnMetered} onChange={(pauseOnMetered) => attempt(() => set({ pauseOnMetered }))} />
      </SettingRow>
    </>
  );
}

function RateLimit() {
  const text = useText();
  const format = useFormat();
  const attempt = useAttempt();
  const rate = useSettings((state) => state.settings.rateLimitBytesPerSecond);
  const set = useSettings((state) => state.set);
  const offered = [...new Set([...rates, rate ?? rates[0]])].sort((a, b) => a - b);
  return (
    <SettingRow title={text('settings.rateLimit')}>
      <Select
        label={text('settings.rateLimit')}
        labelUnseen
        options={[{ id: none, label: text('settings.rateUnlimited') }, ...offered.map((bytes) => ({ id: String(bytes), label: format.speed(bytes) }))]}
        chosen={rate === null ? none : String(rate)}
        onChoose={(bytes) => attempt(() => set({ rateLimitBytesPerSecond: bytes === none ? null : Number(bytes) }))}
      />
    </SettingRow>
  );
}

function Hours() {
  const text = useText();
  const format = useFormat();
  const attempt = useAttempt();
  const chosen = useSettings((state) => state.settings.downloadHours);
  const set = useSettings((state) => state.set);
  const offered = withChosen(hours, chosen);
  return (
    <SettingRow title={text('settings.hours')} help={text('settings.hoursHelp')}>
      <Select
        label={text('settings.hours')}
        labelUnseen
        options={[
          { id: none, label: text('settings.hoursAny') },
          ...offered.map(({ fromMinute, toMinute }) => ({
            id: idOf({ fromMinute, toMinute }),
            label: text('settings.hoursFromTo', { from: format.minuteOfDay(fromMinute), to: format.minuteOfDay(toMinute) }),
          })),
        ]}
        chosen={chosen === null ? none : idOf(chosen)}
        onChoose={(id) => attempt(() => set({ downloadHours: offered.find((one) => idOf(one) === id) ?? null }))}
      />
    </SettingRow>
  );
}

function Allowance() {
  const text = useText();
  const format = useFormat();
  const attempt = useAttempt();
  const chosen = useSettings((state) => state.settings.dataAllowance);
  const set = useSettings((state) => state.set);
  const offered = withChosen(allowances, chosen);
  return (
    <SettingRow title={text('settings.allowance')} help={text('settings.allowanceHelp')}>
      <Select
        label={text('settings.allowance')}
        labelUnseen
        options={[
          { id: none, label: text('settings.allowanceNone') },
          ...offered.map((one) => ({ id: idOf(one), label: text(`settings.allowance.${one.per}`, { size: format.bytes(one.bytes) }) })),
        ]}
        chosen={chosen === null ? none : idOf(chosen)}
        onChoose={(id) => attempt(() => set({ dataAllowance: offered.find((one) => idOf(one) === id) ?? null }))}
      />
    </SettingRow>
  );
}

function idOf(choice: object): string {
  return Object.values(choice).join('-');
}

/** What is offered, and what is set even if it is not offered. */
function withChosen<Choice extends object>(offered: readonly Choice[], chosen: Choice | null): Choice[] {
  const isOffered = chosen === null || offered.some((one) => idOf(one) === idOf(chosen));
  return isOffered ? [...offered] : [...offered, chosen];
}
