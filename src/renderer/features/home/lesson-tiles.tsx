import { Play } from 'lucide-react';
import { Button } from 'react-aria-components/Button';
import { Poster } from '../../components/poster.tsx';
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
          <Button className="lesson-tile" aria-label={text('lesson.play', { lesson: lesson.title })} onPress={() => onOpen(lesson.id)}>
            <span className="lesson-tile-poster">
              <Poster url={lesson.posterUrl} title={lesson.title} />
              <span className="lesson-tile-play">
                <Play size={18} aria-hidden="true" />
              </span>
            </span>
            <span className="lesson-tile-words">
              <span className="lesson-tile-title">{lesson.title}</span>
              <span className="soft">{course.title}</span>
              <span className="meta">{format.duration(lesson.durationMs)}</span>
              {progress ? (
                <WatchedBar
                  ranges={progress.ranges}
                  durationMs={lesson.durationMs}
                  label={text('lesson.watchedBar', { percent: format.percent(progress.percent), lesson: lesson.title })}
                />
              ) : null}
            </span>
          </Button>
        </li>
      ))}
    </ul>
  );
}
