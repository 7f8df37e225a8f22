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
    <article className="course-card card">
      <Poster url={course.posterUrl} title={course.title} />
      <div className="course-card-body">
        <div className="course-card-words">
          <h3>
            <Button className="card-button" onPress={() => go({ screen: 'course', courseId: course.id })}>
              {course.title}
            </Button>
          </h3>
          <p className="meta">
            <span>{lessons}</span>
            <span>{format.duration(course.durationMs)}</span>
          </p>
          {here > 0 ? (
            <p className="here">
              <Check size={16} aria-hidden="true" /> {whole ? text('course.allOnThisComputer') : text('course.onThisComputer', { count: here })}
            </p>
          ) : null}
        </div>
        <ProgressRing percent={percent} size={44}>
          <span className="ring-figure numbers">
            <span className="unseen">{text('course.watched', { percent: format.percent(percent) })}</span>
            <span aria-hidden="true">{format.percent(percent)}</span>
          </span>
        </ProgressRing>
      </div>
    </article>
  );
}
