import { Check, CircleCheck } from 'lucide-react';
import { Button } from 'react-aria-components/Button';
import { useFormat } from '../../../i18n/format.ts';
import { useText } from '../../../i18n/text.ts';
import { playsHere } from '../../../stores/plays-here.ts';
import { useCatalog, useDownloads, useNavigation, useProgress } from '../../../stores/stores.ts';
import { usePlayer } from '../player-context.ts';

export function LessonList() {
  const text = useText();
  const format = useFormat();
  const { source } = usePlayer();
  const course = useCatalog(({ view }) => view?.courses.find(({ id }) => id === source.courseId));
  const progress = useProgress((state) => state.lessons);
  const downloads = useDownloads((state) => state.byLesson);
  const replace = useNavigation((navigation) => navigation.replace);
  const lessons = (course?.lessons ?? []).toSorted((a, b) => a.position - b.position);
  return (
    <ol className="player-lessons">
      {lessons.map(({ id, title, durationMs }) => (
        <li key={id}>
          <Button
            className="player-lesson"
            {...(id === source.lessonId ? { 'aria-current': 'true' as const } : {})}
            onPress={() => replace({ screen: 'lesson', lessonId: id })}
          >
            <span className="player-lesson-title">{title}</span>
            <span className="player-lesson-facts">
              <span>{format.duration(durationMs)}</span>
              {progress.get(id)?.done ? (
                <span>
                  <CircleCheck size={14} aria-hidden="true" /> {text('lesson.done')}
                </span>
              ) : null}
              {playsHere(downloads.get(id)) ? (
                <span>
                  <Check size={14} aria-hidden="true" /> {text('lesson.onThisComputer')}
                </span>
              ) : null}
            </span>
          </Button>
        </li>
      ))}
    </ol>
  );
}
