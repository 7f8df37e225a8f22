import { statfs } from 'node:fs/promises';
import type { StorageView } from '../../shared/contracts/downloads.ts';
import { TeachifyError } from '../../shared/errors.ts';
import type { PieceStore } from '../content/ports.ts';
import type { Entry } from './download-entry.ts';

/** Space that is left to the student's other work. */
const reserveBytes = 200 * 1024 * 1024;

/** Bytes the disk of this folder has beyond the reserve. Throws disk_failed when it is not there. */
export async function freeBytesOf(folder: string): Promise<number> {
  const disk = await statfs(folder).catch((error: unknown) => {
    throw new TeachifyError('disk_failed', 'The folder of the lessons is not there', { cause: error });
  });
  return Math.max(0, disk.bavail * disk.bsize - reserveBytes);
}

/** Bytes that lessons may still take: what the disk has, and what the student's quota leaves. */
export async function roomFor(store: Pick<PieceStore, 'usage' | 'folder'>, quotaBytes: number | null): Promise<number> {
  const free = await freeBytesOf(store.folder);
  if (quotaBytes === null) return free;
  const { claimedBytes, cacheBytes } = await store.usage();
  // The cache gives way to lessons.
  return Math.min(free, Math.max(0, quotaBytes - claimedBytes - Math.max(0, cacheBytes - quotaBytes)));
}

interface Queue {
  readonly entries: readonly Entry[];
  /** What it still needs. */
  readonly queuedBytes: number;
}

/** What lessons take of the disk, course by course. */
export async function storageView(store: Pick<PieceStore, 'usage' | 'folder'>, quotaBytes: number | null, { entries, queuedBytes }: Queue): Promise<StorageView> {
  const [usage, disk, freeBytes] = await Promise.all([store.usage(), statfs(store.folder), roomFor(store, quotaBytes)]);
  const courses = new Map<string, StorageView['byCourse'][number]>();
  for (const { row, courseTitle } of entries) {
    const course = courses.get(row.courseId) ?? { courseId: row.courseId, title: courseTitle, bytes: 0 };
    courses.set(row.courseId, { ...course, bytes: course.bytes + (usage.byLesson.get(row.lessonId) ?? 0) });
  }
  return {
    lessonBytes: usage.claimedBytes,
    cacheBytes: usage.cacheBytes,
    freeBytes,
    queuedBytes,
    reservedBytes: Math.min(reserveBytes, disk.bavail * disk.bsize),
    totalBytes: disk.blocks * disk.bsize,
    folder: store.folder,
    byCourse: [...courses.values()],
  };
}
