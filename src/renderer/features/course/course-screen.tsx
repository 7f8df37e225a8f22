import { ArrowLeft, SearchX } from 'lucide-react';
import type { CourseView } from '../../../shared/contracts/catalog.ts';
import { Button } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ScreenPage } from '../../components/screen-page.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { VirtualList } from '../../components/virtual-list.tsx';
import { useText } from '../../i18n/text.ts';
import { useCatalog, useNavigation, useSettings } from '../../stores/stores.ts';
import { CourseHead } from './course-head.tsx';
import { inOrder } from './course-model.ts';
import { CourseTake } from './course-take.tsx';
import { LessonRow } from './lesson-row.tsx';
import './course.css';

/** The lessons in order, each with what one can do with it, and the course taken home as a whole. */
export function CourseScreen({ courseId }: { courseId: string }) {
  const text = useText();
  const view = useCatalog((catalog) => catalog.view);
  const course = view?.courses.find(({ id }) => id === courseId);
  const back = useNavigation((navigation) => navigation.back);
  const lead = (
    <div className="screen-page-lead">
      <Button look="quiet" icon={<ArrowLeft className="mirrored" size={18} aria-hidden="true" />} onPress={back}>
        {text('nav.back')}
      </Button>
    </div>
  );
  if (!view) {
    return (
      <ScreenPage title={text('course.label')} titleUnseen lead={lead}>
        <Skeleton shape="title" />
        <Skeleton shape="row" />
        <Skeleton shape="row" />
      </ScreenPage>
    );
  }
  return (
    <ScreenPage title={course?.title ?? text('course.missing')} titleUnseen lead={lead}>
      {course ? (
        <CourseContent course={course} />
      ) : (
        <EmptyState icon={<SearchX size={28} />} title={text('course.missing')} body={text('course.missingBody')} />
      )}
    </ScreenPage>
  );
}

function CourseContent({ course }: { course: CourseView }) {
  const quality = useSettings((state) => state.settings.downloadQuality);
  return (
    <>
      <CourseHead course={course} />
      <CourseTake course={course} />
      <VirtualList label={course.title} items={inOrder(course.lessons)} keyOf={({ id }) => id} rowHeight={112}>
        {(lesson, index) => <LessonRow lesson={lesson} number={index + 1} wished={quality} />}
      </VirtualList>
    </>
  );
}
