import { SettingRow } from '../../components/setting-row.tsx';
import { Select } from '../../components/select.tsx';
import { useFormat } from '../../i18n/format.ts';
import { useText } from '../../i18n/text.ts';
import { useSettings } from '../../stores/stores.ts';
import { useAttempt } from '../../stores/use-attempt.ts';
import { CheckAll } from './check-all.tsx';
import { LessonFolder } from './lesson-folder.tsx';

const gigabyte = 1024 ** 3;
const quotas = [0, gigabyte / 2, gigabyte, 2 * gigabyte, 5 * gigabyte, 10 * gigabyte] as const;
const roomy = [2 * gigabyte, 5 * gigabyte, 10 * gigabyte, 20 * gigabyte, 50 * gigabyte] as const;
/** Stands for "no limit" in a list, whose entries need ids. */
const unlimited = 'unlimited';

export function StorageSettings() {
  const text = useText();
  const format = useFormat();
  const attempt = useAttempt();
  const settings = useSettings((state) => state.settings);
  const set = useSettings((state) => state.set);
  return (
    <>
      <LessonFolder />
      <CheckAll />
      <SettingRow title={text('settings.quota')} help={text('settings.quotaHelp')}>
        <Select
          label={text('settings.quota')}
          labelUnseen
          options={[
            { id: unlimited, label: text('settings.quotaNone') },
            ...withChosen(roomy, settings.lessonQuotaBytes ?? roomy[0]).map((bytes) => ({ id: String(bytes), label: format.bytes(saidBytes(bytes)) })),
          ]}
          chosen={settings.lessonQuotaBytes === null ? unlimited : String(settings.lessonQuotaBytes)}
          onChoose={(bytes) => attempt(() => set({ lessonQuotaBytes: bytes === unlimited ? null : Number(bytes) }))}
        />
      </SettingRow>
      <SettingRow title={text('settings.cache')} help={text('settings.cacheHelp')}>
        <Select
          label={text('settings.cache')}
          labelUnseen
          options={withChosen(quotas, settings.cacheQuotaBytes).map((bytes) => ({ id: String(bytes), label: format.bytes(saidBytes(bytes)) }))}
          chosen={String(settings.cacheQuotaBytes)}
          onChoose={(bytes) => attempt(() => set({ cacheQuotaBytes: Number(bytes) }))}
        />
      </SettingRow>
    </>
  );
}

/** Quotas are powers of two, and are called what everyone calls them: 2 GB, not 2.1. */
function saidBytes(bytes: number): number {
  return (bytes / gigabyte) * 1e9;
}

/** What is offered, and what is set even if it is not offered. */
function withChosen(offered: readonly number[], chosen: number): number[] {
  return [...new Set([...offered, chosen])].sort((a, b) => a - b);
}
