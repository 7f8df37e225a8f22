import type { CourseView, LessonView } from '../../../shared/contracts/catalog.ts';
import type { DownloadItem, StorageView } from '../../../shared/contracts/downloads.ts';
import type { LessonProgress } from '../../../shared/contracts/progress.ts';
import { playableQualities } from '../../components/playable-quality.ts';
import { closestQuality, compareQualities, type Quality } from '../../../shared/models/quality.ts';

/** Every quality any lesson of the course has, best first. */
export function courseQualities(course: CourseView): Quality[] {
  const all = new Set(course.lessons.flatMap(({ qualities }) => qualities.map(({ quality }) => quality)));
  return [...all].sort(compareQualities);
}

/** What this lesson offers nearest to the wish, with its bytes; null for a lesson that cannot be taken home. */
export function offerFor(lesson: LessonView, wished: Quality): { quality: Quality; bytes: number } | null {
  // The wish is perhaps of another computer, which decodes more.
  const playable = playableQualities(lesson.qualities.map((offer) => offer.quality));
  const quality = closestQuality(wished, playable);
  return lesson.qualities.find((offer) => offer.quality === quality) ?? null;
}

export interface CoursePlan {
  /** The lessons not on this computer and not under way, by the quality each would come in. */
  readonly byQuality: ReadonlyMap<Quality, readonly string[]>;
  readonly count: number;
  readonly bytes: number;
  /** Whether the disk has room for it beside what is queued already. Unknown room counts as room; main asks the disk again. */
  readonly fits: boolean;
}

export function planCourse(course: CourseView, downloads: ReadonlyMap<string, DownloadItem>, wished: Quality, storage: StorageView | null): CoursePlan {
  const offers = course.lessons
    .filter(({ id }) => !downloads.has(id))
    .map((lesson) => ({ lesson, offer: offerFor(lesson, wished) }))
    .filter((row): row is { lesson: LessonView; offer: { quality: Quality; bytes: number } } => row.offer !== null);
  const bytes = offers.reduce((sum, { offer }) => sum + offer.bytes, 0);
  return {
    byQuality: lessonIdsByQuality(offers),
    count: offers.length,
    bytes,
    fits: storage === null || bytes <= storage.roomBytes - storage.queuedBytes,
  };
}

/** What is on this computer of a course or on its way to it, and the bytes it takes. */
export function hereOf(course: CourseView, downloads: ReadonlyMap<string, DownloadItem>): { lessonIds: string[]; bytes: number } {
  const items = course.lessons.flatMap(({ id }) => downloads.get(id) ?? []);
  return { lessonIds: items.map(({ lessonId }) => lessonId), bytes: items.reduce((sum, { bytesDone }) => sum + bytesDone, 0) };
}

/** The lesson to go on with: the first that was not watched to the end; null when all were. */
export function nextInCourse(course: CourseView, progress: ReadonlyMap<string, LessonProgress>): { lesson: LessonView; begun: boolean } | null {
  const lessons = inOrder(course.lessons);
  const lesson = lessons.find(({ id }) => !progress.get(id)?.done);
  return lesson ? { lesson, begun: lessons.some(({ id }) => progress.has(id)) } : null;
}

export function inOrder(lessons: readonly LessonView[]): LessonView[] {
  return lessons.toSorted((a, b) => a.position - b.position);
}

function lessonIdsByQuality(offers: readonly { lesson: LessonView; offer: { quality: Quality } }[]): Map<Quality, string[]> {
  const groups = new Map<Quality, string[]>();
  for (const { lesson, offer } of offers) groups.set(offer.quality, [...(groups.get(offer.quality) ?? []), lesson.id]);
  return groups;
}
