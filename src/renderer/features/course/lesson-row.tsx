import { CircleCheck, Play } from 'lucide-react';
import { Button as AriaButton } from 'react-aria-components/Button';
import type { LessonView } from '../../../shared/contracts/catalog.ts';
import type { Quality } from '../../../shared/models/quality.ts';
import { Poster } from '../../components/poster.tsx';
import { WatchedBar } from '../../components/watched-bar.tsx';
import { useFormat } from '../../i18n/format.ts';
import { useText } from '../../i18n/text.ts';
import { useConnection, useDownloads, useNavigation, useProgress } from '../../stores/stores.ts';
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
  const left = lesson.durationMs - (progress?.positionMs ?? 0);
  return (
    <article className="lesson-row" aria-label={lesson.title}>
      <AriaButton
        className="lesson-open"
        aria-label={text('lesson.play', { lesson: lesson.title })}
        onPress={() => go({ screen: 'lesson', lessonId: lesson.id })}
      >
        <span className="lesson-open-poster">
          <Poster url={lesson.posterUrl} title={lesson.title} />
          <span className="lesson-open-play">
            <Play size={18} aria-hidden="true" />
          </span>
        </span>
        <span className="lesson-open-words">
          <span className="lesson-open-number">{text('lesson.number', { number })}</span>
          <span className="lesson-open-title">{lesson.title}</span>
          <span className="meta">
            <span>{format.duration(lesson.durationMs)}</span>
            {progress?.done ? (
              <span className="here">
                <CircleCheck size={16} aria-hidden="true" /> {text('lesson.done')}
              </span>
            ) : progress && progress.positionMs > 0 ? (
              <span>{format.left(left)}</span>
            ) : null}
            {offline && item?.state !== 'ready' ? <span>{text('lesson.needsLine')}</span> : null}
          </span>
          {progress && progress.ranges.length > 0 ? (
            <WatchedBar
              ranges={progress.ranges}
              durationMs={lesson.durationMs}
              label={text('lesson.watchedBar', { percent: format.percent(progress.percent), lesson: lesson.title })}
            />
          ) : null}
        </span>
      </AriaButton>
      <LessonControl lesson={lesson} item={item} wished={wished} />
    </article>
  );
}
