import { useEffect, useState } from 'react';
import type { FolderMoving } from '../../../shared/contracts/downloads.ts';
import { Button } from '../../components/button.tsx';
import { SettingRow } from '../../components/setting-row.tsx';
import { useFormat } from '../../i18n/format.ts';
import { useText } from '../../i18n/text.ts';
import { useAppStores, useDownloads, useNotices } from '../../stores/stores.ts';
import { useAttempt } from '../../stores/use-attempt.ts';

/** Where lessons lie, and a way to keep them elsewhere; downloads go on meanwhile. */
export function LessonFolder() {
  const text = useText();
  const format = useFormat();
  const attempt = useAttempt();
  const { remote } = useAppStores();
  const folder = useDownloads((state) => state.storage?.folder);
  const measure = useDownloads((state) => state.measureStorage);
  const show = useNotices((notices) => notices.show);
  const [moving, setMoving] = useState<FolderMoving>(null);
  useEffect(() => remote.on('downloads.folderMoving', setMoving), [remote]);
  const move = async () => {
    const { moved } = await remote.call('downloads.moveFolder');
    measure();
    if (moved) show({ tone: 'plain', title: text('settings.folderMoved') });
  };
  return (
    <SettingRow title={text('settings.folder')} help={folder ?? text('settings.folderHelp')}>
      {moving ? (
        <>
          <span className="soft numbers" role="status">
            {format.bytesOf(moving.bytesDone, moving.bytesTotal)}
          </span>
          <Button onPress={() => attempt(() => remote.call('downloads.cancelMove'))}>{text('settings.folderStay')}</Button>
        </>
      ) : (
        <>
          <Button onPress={() => attempt(() => remote.call('shell.showFolder', { folder: 'data' }))}>{text('settings.showFolder')}</Button>
          <Button onPress={() => attempt(move)}>{text('settings.folderMove')}</Button>
        </>
      )}
    </SettingRow>
  );
}
