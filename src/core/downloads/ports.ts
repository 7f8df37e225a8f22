import type { DownloadItem, StorageView } from '../../shared/contracts/downloads.ts';
import type { Quality } from '../../shared/models/quality.ts';
import type { Event } from '../base/emitter.ts';

export interface Downloads {
  list(): Promise<DownloadItem[]>;
  add(lessonIds: readonly string[], quality: Quality): Promise<void>;
  pause(lessonId: string): Promise<void>;
  resume(lessonId: string): Promise<void>;
  remove(lessonId: string): Promise<void>;
  pauseAll(): Promise<void>;
  resumeAll(): Promise<void>;
  storage(): Promise<StorageView>;
  verify(lessonId: string): Promise<number>;
  /** At most four times a second. */
  readonly changed: Event<DownloadItem[]>;
  /** Takes up the queue as it was left; gives back the stop. */
  start(): () => Promise<void>;
}

/** What the player asks about lessons taken home. */
export interface DownloadedLessons {
  /** The quality this lesson was claimed at by the current student, ready or not; null when not claimed. */
  quality(lessonId: string): Promise<{ quality: Quality; ready: boolean } | null>;
}
