import { Button } from 'react-aria-components/Button';
import { PlayablePoster } from '../../components/playable-poster.tsx';
import { WatchedBar } from '../../components/watched-bar.tsx';
import { useFormat } from '../../i18n/format.ts';
import { useText } from '../../i18n/text.ts';
import type { LessonInCourse } from './home-model.ts';

interface LessonTilesProps {
  readonly lessons: readonly LessonInCourse[];
  readonly onOpen: (lessonId: string) => void;
}

export function LessonTiles({ lessons, onOpen }: LessonTilesProps) {
  const text = useText();
  const format = useFormat();
  return (
    <ul className="lesson-tiles">
      {lessons.map(({ lesson, course, progress }) => (
        <li key={lesson.id}>
          <article className="lesson-tile card">
            <PlayablePoster url={lesson.posterUrl} title={lesson.title} />
            <div className="lesson-tile-words">
              <h3>
                <Button className="card-button" aria-label={text('lesson.play', { lesson: lesson.title })} onPress={() => onOpen(lesson.id)}>
                  {lesson.title}
                </Button>
              </h3>
              <p className="soft from-school">{course.title}</p>
              <p className="meta">{format.duration(lesson.durationMs)}</p>
              {progress ? (
                <WatchedBar
                  ranges={progress.ranges}
                  durationMs={lesson.durationMs}
                  label={text('lesson.watchedBar', { percent: format.percent(progress.percent), lesson: lesson.title })}
                />
              ) : null}
            </div>
          </article>
        </li>
      ))}
    </ul>
  );
}
