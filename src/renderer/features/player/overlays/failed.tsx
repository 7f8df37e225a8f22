import { TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import type { ErrorCode } from '../../../../shared/errors.ts';
import { Button } from '../../../components/button.tsx';
import { errorWords } from '../../../i18n/errors.ts';
import { useText } from '../../../i18n/text.ts';
import { useAppStores, useDownloads } from '../../../stores/stores.ts';
import { useAttempt } from '../../../stores/use-attempt.ts';
import { usePlayer } from '../player-context.ts';

/** It cannot be played: why, that the place is kept, and what may mend it. */
export function Failed({ code, onOpenAgain }: { code: ErrorCode; onOpenAgain: () => void }) {
  const text = useText();
  const attempt = useAttempt();
  const { source } = usePlayer();
  const { remote } = useAppStores();
  const verify = useDownloads((downloads) => downloads.verify);
  const downloaded = useDownloads(({ byLesson }) => byLesson.has(source.lessonId));
  const [repairing, setRepairing] = useState(false);
  const words = errorWords(text, code);
  const repair = async () => {
    setRepairing(true);
    try {
      // What was taken home is fetched again at once; the rest, streamed or of another quality, when it is played.
      if (downloaded) await verify(source.lessonId);
      await remote.call('playback.verify', { mediaId: source.mediaId });
      onOpenAgain();
    } finally {
      setRepairing(false);
    }
  };
  return (
    <div className="player-overlay" role="alert">
      <div className="player-card">
        <TriangleAlert size={28} aria-hidden="true" />
        <h2>{words.title}</h2>
        <p>{words.body}</p>
        <div className="player-card-actions">
          <Button look="primary" onPress={onOpenAgain}>
            {text('action.retry')}
          </Button>
          <Button isDisabled={repairing} onPress={() => attempt(repair)}>
            {text(repairing ? 'player.repairing' : 'player.repair')}
          </Button>
        </div>
      </div>
    </div>
  );
}
