import { statfs } from 'node:fs/promises';
import type { StorageView } from '../../shared/contracts/downloads.ts';
import type { PieceStore } from '../content/ports.ts';
import type { Entry } from './download-entry.ts';

/** Space that is left to the student's other work. */
const reserveBytes = 200 * 1024 * 1024;

/** Bytes the disk of this folder has beyond the reserve. */
export async function freeBytesOf(folder: string): Promise<number> {
  const disk = await statfs(folder);
  return Math.max(0, disk.bavail * disk.bsize - reserveBytes);
}

/** What lessons take of the disk, course by course. */
export async function storageView(folder: string, store: Pick<PieceStore, 'usage'>, entries: readonly Entry[]): Promise<StorageView> {
  const [usage, disk] = await Promise.all([store.usage(), statfs(folder)]);
  const courses = new Map<string, StorageView['byCourse'][number]>();
  for (const { row, courseTitle } of entries) {
    const course = courses.get(row.courseId) ?? { courseId: row.courseId, title: courseTitle, bytes: 0 };
    courses.set(row.courseId, { ...course, bytes: course.bytes + (usage.byLesson.get(row.lessonId) ?? 0) });
  }
  return {
    lessonBytes: usage.claimedBytes,
    cacheBytes: usage.cacheBytes,
    freeBytes: Math.max(0, disk.bavail * disk.bsize - reserveBytes),
    totalBytes: disk.blocks * disk.bsize,
    byCourse: [...courses.values()],
  };
}
