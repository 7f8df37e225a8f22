import { useEffect, useState } from 'react';
import type { LessonView } from '../../../../shared/contracts/catalog.ts';
import { Button } from '../../../components/button.tsx';
import { Poster } from '../../../components/poster.tsx';
import { useText } from '../../../i18n/text.ts';
import { useAppStores, useNavigation } from '../../../stores/stores.ts';
import { usePlayer } from '../player-context.ts';
import { useIsWriting } from '../use-draft.ts';

interface EndedProps {
  readonly next: LessonView | null;
  readonly canPlayNext: boolean;
  readonly onNext: () => void;
}

const countdownSeconds = 10;

/** The end of a lesson and what comes next, with a countdown one can stop. */
export function Ended({ next, canPlayNext, onNext }: EndedProps) {
  const text = useText();
  const { playback, source } = usePlayer();
  const go = useNavigation((navigation) => navigation.replace);
  const watchAgain = () => {
    playback?.seekTo(0);
    // At its end an element stands still, as if paused.
    playback?.play();
  };
  return (
    <div className="player-overlay" role="status">
      <div className="player-card">
        <p>{text('player.ended')}</p>
        {next ? <NextLesson next={next} canPlay={canPlayNext} onNext={onNext} /> : null}
        <div className="player-card-actions">
          <Button onPress={watchAgain}>{text('player.replay')}</Button>
          <Button onPress={() => go({ screen: 'course', courseId: source.courseId })}>{text('player.backToCourse')}</Button>
        </div>
      </div>
    </div>
  );
}

function NextLesson({ next, canPlay, onNext }: { next: LessonView; canPlay: boolean; onNext: () => void }) {
  const text = useText();
  const { later } = useAppStores();
  const [seconds, setSeconds] = useState<number | null>(canPlay ? countdownSeconds : null);
  const writing = useIsWriting();
  useEffect(() => {
    if (seconds === null || writing) return;
    if (seconds === 0) return onNext();
    return later(1000, () => setSeconds(seconds - 1));
  }, [seconds, later, onNext, writing]);
  const countdown = seconds === null ? '' : writing ? text('player.nextWaits') : text('player.nextIn', { seconds });
  return (
    <>
      <div className="player-next">
        <Poster url={next.posterUrl} title={next.title} />
        <h2>{text('player.next', { lesson: next.title })}</h2>
      </div>
      {/* The figure changes every second; screen readers hear the title, not the count. */}
      <p className="numbers" aria-hidden="true">
        {canPlay ? countdown : text('lesson.needsLine')}
      </p>
      {canPlay ? (
        <div className="player-card-actions">
          <Button look="primary" onPress={onNext}>
            {text('player.nextNow')}
          </Button>
          {seconds === null ? null : <Button onPress={() => setSeconds(null)}>{text('player.nextStop')}</Button>}
        </div>
      ) : null}
    </>
  );
}
