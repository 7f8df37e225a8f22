import type { DownloadItem, DownloadState } from '../../shared/contracts/downloads.ts';
import type { ErrorCode } from '../../shared/errors.ts';
import type { Quality } from '../../shared/models/quality.ts';
import type { LessonContent } from '../content/ports.ts';
import type { DownloadRow } from './download-repository.ts';
import { EntrySpeed } from './entry-speed.ts';

/** A row and what of it only this run of the program knows. */
export interface Entry {
  row: DownloadRow;
  /** `row.state` says what survives; this says what is going on. */
  activity: 'none' | 'running' | 'waiting';
  reason: ErrorCode | null;
  readonly lessonTitle: string;
  readonly courseTitle: string;
  /** Host of another house; null for the school. */
  readonly source: string | null;
  /** False where its size is an estimate until it is described: a source without a manifest. */
  readonly exact: boolean;
  content: LessonContent | null;
  /** A quality that is here whole and plays until this one is; null for none. */
  previous: Quality | null;
  readonly speed: EntrySpeed;
  /** When it last failed without progress, counted; 0 for never. Those that failed come after those that did not. */
  setback: number;
  /** Its place is being taken: by another quality, or by the list of another student. It does not begin any more. */
  isLeaving: boolean;
  stop: AbortController | null;
  running: Promise<void> | null;
}

type Known = Pick<Entry, 'row' | 'lessonTitle' | 'courseTitle' | 'source' | 'exact' | 'previous'>;

export function newEntry({ row, ...known }: Known): Entry {
  return { row, ...known, activity: 'none', reason: row.reason, content: null, speed: new EntrySpeed(), setback: 0, isLeaving: false, stop: null, running: null };
}

/** What a student sees of it. */
export function describeEntry({ row, activity, reason, lessonTitle, courseTitle, source, exact, content, previous, speed }: Entry, bytesDone: number): DownloadItem {
  const state: DownloadState = activity === 'none' || row.state !== 'queued' ? row.state : activity;
  const bytesPerSecond = state === 'running' ? speed.bytesPerSecond() : 0;
  return {
    ...{ lessonId: row.lessonId, courseId: row.courseId, lessonTitle, courseTitle, quality: row.quality, source, state },
    ...{ reason, bytesDone, bytesTotal: row.bytesTotal, exact: exact || content !== null || row.state === 'ready', bytesPerSecond },
    etaSeconds: bytesPerSecond > 0 ? (row.bytesTotal - bytesDone) / bytesPerSecond : null,
    position: row.position,
    previous,
    updating: row.revision > 0 && row.state !== 'ready',
  };
}
