import { CloudOff, TriangleAlert } from 'lucide-react';
import type { LessonView } from '../../../../shared/contracts/catalog.ts';
import type { ErrorCode, TeachifyError } from '../../../../shared/errors.ts';
import { closestQuality } from '../../../../shared/models/quality.ts';
import { Button } from '../../../components/button.tsx';
import { errorWords } from '../../../i18n/errors.ts';
import { useText } from '../../../i18n/text.ts';
import { useDownloads, useSettings } from '../../../stores/stores.ts';
import { useAttempt } from '../../../stores/use-attempt.ts';
import { BareStage } from './bare-stage.tsx';

interface CannotOpenProps {
  readonly lesson: LessonView | null;
  readonly error: TeachifyError;
  readonly onRetry: () => void;
}

/** With these the lesson is simply not here, and fetching it is the remedy. */
const wantsLine: ReadonlySet<ErrorCode> = new Set(['offline', 'unreachable', 'timeout', 'not_on_this_computer']);

export function CannotOpen({ lesson, error, onRetry }: CannotOpenProps) {
  const text = useText();
  const absent = wantsLine.has(error.code);
  const words = absent
    ? { title: text('player.absentTitle'), body: text('player.absentBody') }
    : errorWords(text, error.code, error.details);
  const Icon = absent ? CloudOff : TriangleAlert;
  return (
    <BareStage title={lesson?.title ?? ''}>
      <div className="player-card" role="alert">
        <Icon size={28} aria-hidden="true" />
        <h2>{words.title}</h2>
        <p>{words.body}</p>
        <div className="player-card-actions">
          {absent && lesson ? <QueueLesson lesson={lesson} /> : null}
          <Button onPress={onRetry}>{text('action.retry')}</Button>
        </div>
      </div>
    </BareStage>
  );
}

function QueueLesson({ lesson }: { lesson: LessonView }) {
  const text = useText();
  const attempt = useAttempt();
  const queued = useDownloads(({ byLesson }) => byLesson.has(lesson.id));
  const add = useDownloads((downloads) => downloads.add);
  const wished = useSettings((state) => state.settings.downloadQuality);
  const quality = closestQuality(
    wished,
    lesson.qualities.map((offer) => offer.quality),
  );
  if (queued) return <p>{text('player.absentQueued')}</p>;
  if (quality === undefined) return null;
  return (
    <Button look="primary" onPress={() => attempt(() => add([lesson.id], quality))}>
      {text('player.absentQueue')}
    </Button>
  );
}
