import type { DownloadItem, DownloadState } from '../../shared/contracts/downloads.ts';
import type { ErrorCode } from '../../shared/errors.ts';
import type { LessonContent } from '../content/ports.ts';
import type { DownloadRow } from './download-repository.ts';

/** A row and what of it only this run of the program knows. */
export interface Entry {
  row: DownloadRow;
  /** `row.state` says what survives; this says what is going on. */
  activity: 'none' | 'running' | 'waiting';
  reason: ErrorCode | null;
  lessonTitle: string;
  courseTitle: string;
  content: LessonContent | null;
  stop: AbortController | null;
  running: Promise<void> | null;
}

export function isWaiting({ activity }: Entry): boolean {
  return activity === 'waiting';
}

/** What a student sees of it. */
export function describeEntry({ row, activity, reason, lessonTitle, courseTitle }: Entry, bytesDone: number, bitsPerSecond: number | null): DownloadItem {
  const state: DownloadState = activity === 'none' || row.state !== 'queued' ? row.state : activity;
  const bytesPerSecond = state === 'running' ? (bitsPerSecond ?? 0) / 8 : 0;
  return {
    ...{ lessonId: row.lessonId, courseId: row.courseId, lessonTitle, courseTitle, quality: row.quality, state },
    ...{ reason, bytesDone, bytesTotal: row.bytesTotal, exact: true, bytesPerSecond },
    etaSeconds: bytesPerSecond > 0 ? (row.bytesTotal - bytesDone) / bytesPerSecond : null,
    position: row.position,
  };
}
