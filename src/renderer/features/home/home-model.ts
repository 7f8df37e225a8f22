import type { CatalogView, CourseView, LessonView } from '../../../shared/contracts/catalog.ts';
import type { DownloadItem } from '../../../shared/contracts/downloads.ts';
import type { LessonProgress } from '../../../shared/contracts/progress.ts';
import { playsHere } from '../../stores/plays-here.ts';

type ProgressByLesson = ReadonlyMap<string, LessonProgress>;
type DownloadsByLesson = ReadonlyMap<string, DownloadItem>;

/** A lesson with the course it belongs to and where the student is in it. */
export interface LessonInCourse {
  readonly lesson: LessonView;
  readonly course: CourseView;
  readonly progress: LessonProgress | undefined;
}

/**
 * Where to go on: the lesson touched last, or the one after it when that was watched to the end.
 * `playable` narrows to what can be shown now. Null for a student who has not begun.
 */
export function lessonToContinue(view: CatalogView, progress: ProgressByLesson, playable: (lessonId: string) => boolean): LessonInCourse | null {
  const begun = allLessons(view, progress)
    .filter((entry): entry is LessonInCourse & { progress: LessonProgress } => entry.progress !== undefined && wasBegun(entry.progress))
    .sort((a, b) => b.progress.updatedAt - a.progress.updatedAt);
  for (const entry of begun) {
    const next = entry.progress.done ? firstUndoneAfter(entry, progress) : entry;
    if (next && playable(next.lesson.id)) return next;
  }
  return null;
}

/** False for one that was started anew and not watched since. */
function wasBegun({ ranges, positionMs, done }: LessonProgress): boolean {
  return ranges.length > 0 || positionMs > 0 || done;
}

/** What plays without a connection, in the order of the courses. */
export function lessonsHere(view: CatalogView, progress: ProgressByLesson, downloads: DownloadsByLesson): LessonInCourse[] {
  return allLessons(view, progress).filter(({ lesson }) => playsHere(downloads.get(lesson.id)));
}

export interface CourseStanding {
  /** Of the whole course's length, 0 to 100. */
  readonly percent: number;
  readonly here: number;
}

export function courseStanding(course: CourseView, progress: ProgressByLesson, downloads: DownloadsByLesson): CourseStanding {
  const length = course.lessons.reduce((sum, { durationMs }) => sum + durationMs, 0);
  const watched = course.lessons.reduce((sum, { id, durationMs }) => {
    const row = progress.get(id);
    return sum + (row ? (row.done ? 100 : row.percent) * durationMs : 0);
  }, 0);
  return {
    percent: length > 0 ? Math.floor(watched / length) : 0,
    here: course.lessons.filter(({ id }) => playsHere(downloads.get(id))).length,
  };
}

function allLessons(view: CatalogView, progress: ProgressByLesson): LessonInCourse[] {
  return view.courses.flatMap((course) => course.lessons.map((lesson) => ({ lesson, course, progress: progress.get(lesson.id) })));
}

function firstUndoneAfter({ lesson, course }: LessonInCourse, progress: ProgressByLesson): LessonInCourse | null {
  const next = course.lessons
    .toSorted((a, b) => a.position - b.position)
    .find(({ id, position }) => position > lesson.position && !progress.get(id)?.done);
  return next ? { lesson: next, course, progress: progress.get(next.id) } : null;
}
