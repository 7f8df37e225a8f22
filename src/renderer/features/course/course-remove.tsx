import { Trash2 } from 'lucide-react';
import type { CourseView } from '../../../shared/contracts/catalog.ts';
import { Button } from '../../components/button.tsx';
import { useFormat } from '../../i18n/format.ts';
import { useText } from '../../i18n/text.ts';
import { undoMs } from '../../stores/downloads-store.ts';
import { useDownloads, useNotices } from '../../stores/stores.ts';
import { hereOf } from './course-model.ts';

/** Gives back the room of all that is here of a course, under way or whole; nothing where nothing is. */
export function CourseRemove({ course }: { course: CourseView }) {
  const text = useText();
  const format = useFormat();
  const downloads = useDownloads((state) => state.byLesson);
  const removeMany = useDownloads((state) => state.removeMany);
  const undoRemove = useDownloads((state) => state.undoRemove);
  const show = useNotices((notices) => notices.show);
  const here = hereOf(course, downloads);
  if (here.lessonIds.length === 0) return null;
  const remove = () => {
    removeMany(here.lessonIds);
    const undo = () => {
      for (const lessonId of here.lessonIds) undoRemove(lessonId);
    };
    show({ tone: 'plain', title: text('course.removed', { course: course.title }), action: { label: text('action.undo'), run: undo } }, undoMs - 500);
  };
  return (
    <Button icon={<Trash2 size={18} aria-hidden="true" />} onPress={remove}>
      {text('course.removeAll', { size: format.bytes(here.bytes) })}
    </Button>
  );
}
