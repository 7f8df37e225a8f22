import { ArrowDownToLine } from 'lucide-react';
import type { CourseView } from '../../../shared/contracts/catalog.ts';
import { Button } from '../../components/button.tsx';
import { playableQualities } from '../../components/playable-quality.ts';
import { Problem } from '../../components/problem.tsx';
import { Select } from '../../components/select.tsx';
import { useFormat } from '../../i18n/format.ts';
import { useQualityName } from '../../i18n/quality-name.ts';
import { useText } from '../../i18n/text.ts';
import { useDownloads, useSettings } from '../../stores/stores.ts';
import { useAttempt } from '../../stores/use-attempt.ts';
import { closestQuality } from '../../../shared/models/quality.ts';
import { courseQualities, planCourse } from './course-model.ts';
import { CourseRemove } from './course-remove.tsx';

/** Taking the whole course home: in which quality, what it costs, what room there is. */
export function CourseTake({ course }: { course: CourseView }) {
  const text = useText();
  const format = useFormat();
  const name = useQualityName();
  const attempt = useAttempt();
  const wished = useSettings((state) => state.settings.downloadQuality);
  const setSettings = useSettings((state) => state.set);
  const downloads = useDownloads((state) => state.byLesson);
  const add = useDownloads((state) => state.add);
  const storage = useDownloads((state) => state.storage);
  const qualities = playableQualities(courseQualities(course)).filter((quality) => quality !== 'original');
  const chosen = closestQuality(wished, qualities);
  const plan = planCourse(course, downloads, wished, storage);
  const addAll = async () => {
    for (const [quality, lessonIds] of plan.byQuality) await add(lessonIds, quality);
  };
  return (
    <section className="course-take" aria-label={text('course.downloadAll')}>
      <div className="course-take-row">
        {chosen !== undefined && qualities.length > 1 ? (
          <Select
            label={text('course.quality')}
            labelBeside
            options={qualities.map((quality) => ({ id: quality, label: name(quality) }))}
            chosen={chosen}
            onChoose={(quality) => attempt(() => setSettings({ downloadQuality: quality }))}
          />
        ) : null}
        {plan.count > 0 ? (
          <Button icon={<ArrowDownToLine size={18} aria-hidden="true" />} isDisabled={!plan.fits} onPress={() => attempt(addAll)}>
            {text('course.downloadAllSize', { size: format.bytes(plan.bytes) })}
          </Button>
        ) : null}
        <CourseRemove course={course} />
        {storage ? <p className="soft">{text('course.free', { size: format.bytes(storage.freeBytes) })}</p> : null}
      </div>
      {plan.fits || !storage ? null : (
        <Problem
          tone="wait"
          title={text('course.notEnoughTitle')}
          body={text('course.notEnough', { needed: format.bytes(plan.bytes), free: format.bytes(storage.roomBytes) })}
        />
      )}
    </section>
  );
}
