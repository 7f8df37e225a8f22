import { CircleCheck } from 'lucide-react';
import { Button as AriaButton } from 'react-aria-components/Button';
import type { LessonView } from '../../../shared/contracts/catalog.ts';
import { compareQualities, type Quality } from '../../../shared/models/quality.ts';
import { PlayablePoster } from '../../components/playable-poster.tsx';
import { WatchedBar } from '../../components/watched-bar.tsx';
import { useFormat } from '../../i18n/format.ts';
import { useQualityName } from '../../i18n/quality-name.ts';
import { useText } from '../../i18n/text.ts';
import { playsHere } from '../../stores/plays-here.ts';
import { useConnection, useDownloads, useNavigation, useProgress } from '../../stores/stores.ts';
import { LeaseWords } from './lease-words.tsx';
import { LessonControl } from './lesson-control.tsx';

interface LessonRowProps {
  readonly lesson: LessonView;
  readonly number: number;
  readonly wished: Quality;
}

export function LessonRow({ lesson, number, wished }: LessonRowProps) {
  const text = useText();
  const format = useFormat();
  const go = useNavigation((navigation) => navigation.go);
  const progress = useProgress((state) => state.lessons.get(lesson.id));
  const item = useDownloads((state) => state.byLesson.get(lesson.id));
  const offline = useConnection((connection) => connection.state.status === 'offline');
  const name = useQualityName();
  const left = lesson.durationMs - (progress?.positionMs ?? 0);
  return (
    <article className="lesson-row" aria-label={lesson.title}>
      <div className="lesson-open card">
        <PlayablePoster url={lesson.posterUrl} title={lesson.title} />
        <div className="lesson-open-words">
          <p className="lesson-open-number">{text('lesson.number', { number })}</p>
          <h2 className="lesson-open-title">
            <AriaButton
              className="card-button"
              aria-label={text('lesson.play', { lesson: lesson.title })}
              onPress={() => go({ screen: 'lesson', lessonId: lesson.id })}
            >
              {lesson.title}
            </AriaButton>
          </h2>
          <p className="meta">
            <span>{format.duration(lesson.durationMs)}</span>
            {progress?.done ? (
              <span className="here">
                <CircleCheck size={16} aria-hidden="true" /> {text('lesson.done')}
              </span>
            ) : progress && progress.positionMs > 0 ? (
              <span>{format.left(left)}</span>
            ) : null}
            {item ? <LeaseWords lessonId={lesson.id} /> : null}
            {item?.previous ? <span className="here">{text('downloads.previousPlays', { quality: name(item.previous) })}</span> : null}
            {offline && !playsHere(item) ? <span>{text('lesson.needsLine')}</span> : null}
          </p>
          {item ? null : <LessonSizes lesson={lesson} />}
          {progress && progress.ranges.length > 0 ? (
            <WatchedBar
              ranges={progress.ranges}
              durationMs={lesson.durationMs}
              label={text('lesson.watchedBar', { percent: format.percent(progress.percent), lesson: lesson.title })}
            />
          ) : null}
        </div>
      </div>
      <LessonControl lesson={lesson} item={item} wished={wished} />
    </article>
  );
}

/** What each quality would weigh, for a choice before the download. */
function LessonSizes({ lesson }: { readonly lesson: LessonView }) {
  const text = useText();
  const format = useFormat();
  const name = useQualityName();
  if (lesson.qualities.length < 2) return null;
  return (
    <ul className="lesson-sizes" aria-label={text('lesson.sizes')}>
      {lesson.qualities
        .toSorted((a, b) => compareQualities(b.quality, a.quality))
        .map(({ quality, bytes }) => (
          <li key={quality}>
            {name(quality)} {format.bytes(bytes)}
          </li>
        ))}
    </ul>
  );
}
