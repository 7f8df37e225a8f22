import type { ReactNode } from 'react';
import { ScreenPage } from '../../components/screen-page.tsx';
import { useText } from '../../i18n/text.ts';
import { AboutSettings } from './about-settings.tsx';
import { DownloadSettings } from './download-settings.tsx';
import { LookSettings } from './look-settings.tsx';
import { StorageSettings } from './storage-settings.tsx';
import { StudentSettings } from './student-settings.tsx';
import { WatchingSettings } from './watching-settings.tsx';
import './settings.css';

export function SettingsScreen() {
  const text = useText();
  return (
    <ScreenPage title={text('settings.title')}>
      <Group title={text('settings.watching')}>
        <WatchingSettings />
      </Group>
      <Group title={text('settings.look')}>
        <LookSettings />
      </Group>
      <Group title={text('settings.downloads')}>
        <DownloadSettings />
      </Group>
      <Group title={text('settings.storage')}>
        <StorageSettings />
      </Group>
      <Group title={text('settings.students')}>
        <StudentSettings />
      </Group>
      <Group title={text('settings.about')}>
        <AboutSettings />
      </Group>
    </ScreenPage>
  );
}

function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="settings-group">
      <h2>{title}</h2>
      <div className="settings-rows">{children}</div>
    </section>
  );
}
