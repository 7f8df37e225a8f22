import { Check, Play } from 'lucide-react';
import { Button } from '../../components/button.tsx';
import { Poster } from '../../components/poster.tsx';
import { WatchedBar } from '../../components/watched-bar.tsx';
import { useFormat } from '../../i18n/format.ts';
import { useText } from '../../i18n/text.ts';
import { useNavigation } from '../../stores/stores.ts';
import type { LessonInCourse } from './home-model.ts';

export function ContinueCard({ entry: { lesson, course, progress }, isHere }: { entry: LessonInCourse; isHere: boolean }) {
  const text = useText();
  const format = useFormat();
  const go = useNavigation((navigation) => navigation.go);
  const left = lesson.durationMs - (progress?.positionMs ?? 0);
  return (
    <section className="continue-card" aria-label={text('home.continue')}>
      <div className="continue-poster">
        <Poster url={lesson.posterUrl} title={lesson.title} />
      </div>
      <div className="continue-words">
        <p className="soft from-school">{course.title}</p>
        <h2 className="from-school">{lesson.title}</h2>
        <WatchedBar
          ranges={progress?.ranges ?? []}
          durationMs={lesson.durationMs}
          label={text('lesson.watchedBar', { percent: format.percent(progress?.percent ?? 0), lesson: lesson.title })}
        />
        <p className="meta">
          <span>{progress ? format.left(left) : format.duration(lesson.durationMs)}</span>
          {isHere ? (
            <span className="here">
              <Check size={16} aria-hidden="true" /> {text('lesson.onThisComputer')}
            </span>
          ) : null}
        </p>
        <Button
          look="primary"
          icon={<Play size={18} fill="currentColor" aria-hidden="true" />}
          aria-label={text('home.continueLesson', { lesson: lesson.title })}
          onPress={() => go({ screen: 'lesson', lessonId: lesson.id })}
        >
          {text('home.continue')}
        </Button>
      </div>
    </section>
  );
}
