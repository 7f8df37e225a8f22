import { CloudOff, TriangleAlert } from 'lucide-react';
import type { LessonView } from '../../../../shared/contracts/catalog.ts';
import type { ErrorCode, TeachifyError } from '../../../../shared/errors.ts';
import { closestQuality } from '../../../../shared/models/quality.ts';
import { Button } from '../../../components/button.tsx';
import { playableQualities } from '../../../components/playable-quality.ts';
import { errorWords } from '../../../i18n/errors.ts';
import { useText } from '../../../i18n/text.ts';
import { playsHere } from '../../../stores/plays-here.ts';
import { useCatalog, useDownloads, useNavigation, useSettings } from '../../../stores/stores.ts';
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
        {absent && lesson ? <PlaysInstead courseId={lesson.courseId} /> : null}
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
    playableQualities(lesson.qualities.map((offer) => offer.quality)),
  );
  if (queued) return <p>{text('player.absentQueued')}</p>;
  if (quality === undefined) return null;
  return (
    <Button look="primary" onPress={() => attempt(() => add([lesson.id], quality))}>
      {text('player.absentQueue')}
    </Button>
  );
}

const shownInstead = 3;

/** Of the same course, what plays without the line. */
function PlaysInstead({ courseId }: { courseId: string }) {
  const text = useText();
  const course = useCatalog(({ view }) => view?.courses.find(({ id }) => id === courseId));
  const downloads = useDownloads((state) => state.byLesson);
  const replace = useNavigation((navigation) => navigation.replace);
  const here = (course?.lessons ?? []).filter(({ id }) => playsHere(downloads.get(id))).slice(0, shownInstead);
  if (here.length === 0) return null;
  return (
    <div className="player-here">
      <p>{text('player.absentInstead')}</p>
      {here.map(({ id, title }) => (
        <Button key={id} onPress={() => replace({ screen: 'lesson', lessonId: id })}>
          {title}
        </Button>
      ))}
    </div>
  );
}
