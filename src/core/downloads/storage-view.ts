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

/** What is free now for lessons: what the disk has, and what the student's quota leaves. */
async function freeFor(store: Pick<PieceStore, 'usage' | 'folder'>, quotaBytes: number | null): Promise<number> {
  const free = await freeBytesOf(store.folder);
  return Math.min(free, await quotaLeft(store, quotaBytes));
}

/** Bytes that lessons may still take: what is free, and the cache, which gives way to them. */
export async function roomFor(store: Pick<PieceStore, 'usage' | 'folder'>, quotaBytes: number | null): Promise<number> {
  const [free, { cacheBytes }, left] = await Promise.all([freeBytesOf(store.folder), store.usage(), quotaLeft(store, quotaBytes)]);
  return Math.min(free + cacheBytes, left);
}

/** As much room as there is for lessons that need so many bytes, after the cache gave way as far as need be. */
export async function makeRoomFor(store: Pick<PieceStore, 'usage' | 'folder' | 'makeRoom'>, quotaBytes: number | null, neededBytes: number): Promise<number> {
  const [free, { cacheBytes }, left] = await Promise.all([freeBytesOf(store.folder), store.usage(), quotaLeft(store, quotaBytes)]);
  if (neededBytes <= free || neededBytes > Math.min(free + cacheBytes, left)) return Math.min(free, left);
  await store.makeRoom(neededBytes - free);
  return Math.min(await freeBytesOf(store.folder), left);
}

async function quotaLeft(store: Pick<PieceStore, 'usage'>, quotaBytes: number | null): Promise<number> {
  return quotaBytes === null ? Infinity : Math.max(0, quotaBytes - (await store.usage()).claimedBytes);
}

interface Queue {
  readonly entries: readonly Entry[];
  /** What it still needs. */
  readonly queuedBytes: number;
}

/** What lessons take of the disk, course by course. */
export async function storageView(store: Pick<PieceStore, 'usage' | 'folder'>, quotaBytes: number | null, { entries, queuedBytes }: Queue): Promise<StorageView> {
  const [usage, disk, freeBytes, roomBytes] = await Promise.all([store.usage(), statfs(store.folder), freeFor(store, quotaBytes), roomFor(store, quotaBytes)]);
  const courses = new Map<string, StorageView['byCourse'][number]>();
  for (const { row, courseTitle } of entries) {
    const course = courses.get(row.courseId) ?? { courseId: row.courseId, title: courseTitle, bytes: 0 };
    courses.set(row.courseId, { ...course, bytes: course.bytes + (usage.byLesson.get(row.lessonId) ?? 0) });
  }
  return {
    lessonBytes: usage.claimedBytes,
    cacheBytes: usage.cacheBytes,
    freeBytes,
    roomBytes,
    queuedBytes,
    reservedBytes: Math.min(reserveBytes, disk.bavail * disk.bsize),
    totalBytes: disk.blocks * disk.bsize,
    folder: store.folder,
    byCourse: [...courses.values()],
  };
}
