import { useState } from 'react';
import { Button } from '../../../components/button.tsx';
import { useText } from '../../../i18n/text.ts';
import { useAppStores, useDownloads } from '../../../stores/stores.ts';
import { useAttempt } from '../../../stores/use-attempt.ts';
import { usePlayer } from '../player-context.ts';

/** Has the lesson's files on this computer checked, so that what is damaged is fetched again. */
export function RepairButton({ onChecked }: { onChecked: () => void }) {
  const text = useText();
  const attempt = useAttempt();
  const { source } = usePlayer();
  const { remote } = useAppStores();
  const verify = useDownloads((downloads) => downloads.verify);
  const downloaded = useDownloads(({ byLesson }) => byLesson.has(source.lessonId));
  const [repairing, setRepairing] = useState(false);
  const repair = async () => {
    setRepairing(true);
    try {
      // What was taken home is fetched again at once; the rest, streamed or of another quality, when it is played.
      if (downloaded) await verify(source.lessonId);
      await remote.call('playback.verify', { mediaId: source.mediaId });
      onChecked();
    } finally {
      setRepairing(false);
    }
  };
  return (
    <Button isDisabled={repairing} onPress={() => attempt(repair)}>
      {text(repairing ? 'player.repairing' : 'player.repair')}
    </Button>
  );
}
