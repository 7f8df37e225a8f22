import type { StorageView } from '../../../shared/contracts/downloads.ts';

/** A part of what is used: a course of this student, lessons that only other students of this computer took home, the cache. */
export type StoragePart =
  | { readonly kind: 'course'; readonly id: string; readonly title: string; readonly bytes: number }
  | { readonly kind: 'others' | 'cache'; readonly id: string; readonly bytes: number };

/** The parts that take room; together they are all that is used. */
export function storageParts({ byCourse, lessonBytes, cacheBytes }: StorageView): StoragePart[] {
  const own = byCourse.reduce((sum, { bytes }) => sum + bytes, 0);
  const parts: StoragePart[] = [
    ...byCourse.map(({ courseId, title, bytes }) => ({ kind: 'course' as const, id: `course ${courseId}`, title, bytes })),
    { kind: 'others', id: 'others', bytes: Math.max(0, lessonBytes - own) },
    { kind: 'cache', id: 'cache', bytes: cacheBytes },
  ];
  return parts.filter(({ bytes }) => bytes > 0);
}
