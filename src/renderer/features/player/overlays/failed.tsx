import { TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import type { ErrorCode } from '../../../../shared/errors.ts';
import { Button } from '../../../components/button.tsx';
import { errorWords } from '../../../i18n/errors.ts';
import { useText } from '../../../i18n/text.ts';
import { useDownloads } from '../../../stores/stores.ts';
import { useAttempt } from '../../../stores/use-attempt.ts';
import { usePlayer } from '../player-context.ts';

/** It cannot be played: why, that the place is kept, and what may mend it. */
export function Failed({ code, onOpenAgain }: { code: ErrorCode; onOpenAgain: () => void }) {
  const text = useText();
  const attempt = useAttempt();
  const { source } = usePlayer();
  const verify = useDownloads((downloads) => downloads.verify);
  const downloaded = useDownloads(({ byLesson }) => byLesson.has(source.lessonId));
  const [repairing, setRepairing] = useState(false);
  const words = errorWords(text, code);
  const repair = async () => {
    setRepairing(true);
    try {
      await verify(source.lessonId);
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
          {downloaded ? (
            <Button isDisabled={repairing} onPress={() => attempt(repair)}>
              {text(repairing ? 'player.repairing' : 'player.repair')}
            </Button>
          ) : null}
        </div>
      </div>
    </div>
  );
}
