import { Play } from 'lucide-react';
import type { CourseView } from '../../../shared/contracts/catalog.ts';
import { Button } from '../../components/button.tsx';
import { Poster } from '../../components/poster.tsx';
import { useFormat } from '../../i18n/format.ts';
import { useText } from '../../i18n/text.ts';
import { playsHere } from '../../stores/plays-here.ts';
import { useDownloads, useNavigation, useProgress } from '../../stores/stores.ts';
import { nextInCourse } from './course-model.ts';

export function CourseHead({ course }: { course: CourseView }) {
  const text = useText();
  const format = useFormat();
  const go = useNavigation((navigation) => navigation.go);
  const progress = useProgress((state) => state.lessons);
  const downloads = useDownloads((state) => state.byLesson);
  const next = nextInCourse(course, progress);
  const here = course.lessons.filter(({ id }) => playsHere(downloads.get(id))).length;
  return (
    <div className="course-head">
      <div className="course-head-poster">
        <Poster url={course.posterUrl} title={course.title} />
      </div>
      <div className="course-head-words">
        <p className="course-head-title from-school" aria-hidden="true">
          {course.title}
        </p>
        <p className="soft from-school">{course.description}</p>
        <p className="meta">
          <span>{text('course.lessons', { count: course.lessons.length })}</span>
          <span>{format.duration(course.durationMs)}</span>
          <span>{here > 0 && here === course.lessons.length ? text('course.allOnThisComputer') : text('course.onThisComputer', { count: here })}</span>
        </p>
        {next ? (
          <Button look="primary" icon={<Play size={18} fill="currentColor" aria-hidden="true" />} onPress={() => go({ screen: 'lesson', lessonId: next.lesson.id })}>
            {next.begun ? text('course.continue', { lesson: next.lesson.title }) : text('course.start')}
          </Button>
        ) : (
          <p className="soft">{text('home.allWatched')}</p>
        )}
      </div>
    </div>
  );
}
