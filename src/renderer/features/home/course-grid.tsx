import { Check } from 'lucide-react';
import { Button } from 'react-aria-components/Button';
import type { CourseView } from '../../../shared/contracts/catalog.ts';
import { Poster } from '../../components/poster.tsx';
import { ProgressRing } from '../../components/progress-ring.tsx';
import { useFormat } from '../../i18n/format.ts';
import { useText } from '../../i18n/text.ts';
import { useDownloads, useNavigation, useProgress } from '../../stores/stores.ts';
import { courseStanding } from './home-model.ts';

export function CourseGrid({ courses }: { courses: readonly CourseView[] }) {
  return (
    <ul className="course-grid">
      {courses.map((course) => (
        <li key={course.id}>
          <CourseCard course={course} />
        </li>
      ))}
    </ul>
  );
}

function CourseCard({ course }: { course: CourseView }) {
  const text = useText();
  const format = useFormat();
  const go = useNavigation((navigation) => navigation.go);
  const progress = useProgress((state) => state.lessons);
  const downloads = useDownloads((state) => state.byLesson);
  const { percent, here } = courseStanding(course, progress, downloads);
  const lessons = text('course.lessons', { count: course.lessons.length });
  const whole = here === course.lessons.length && here > 0;
  return (
    <Button className="course-card" onPress={() => go({ screen: 'course', courseId: course.id })}>
      <Poster url={course.posterUrl} title={course.title} />
      <span className="course-card-body">
        <span className="course-card-words">
          <span className="course-card-title">{course.title}</span>
          <span className="meta">
            <span>{lessons}</span>
            <span>{format.duration(course.durationMs)}</span>
          </span>
          {here > 0 ? (
            <span className="here">
              <Check size={16} aria-hidden="true" /> {whole ? text('course.allOnThisComputer') : text('course.onThisComputer', { count: here })}
            </span>
          ) : null}
        </span>
        <ProgressRing percent={percent} size={44}>
          <span className="ring-figure numbers">
            <span className="unseen">{text('course.watched', { percent: format.percent(percent) })}</span>
            <span aria-hidden="true">{format.percent(percent)}</span>
          </span>
        </ProgressRing>
      </span>
    </Button>
  );
}
