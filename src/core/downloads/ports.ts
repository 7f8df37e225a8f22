import type { DownloadChanges, DownloadItem, DownloadPlan, FolderMoving, StorageView } from '../../shared/contracts/downloads.ts';
import type { Quality } from '../../shared/models/quality.ts';
import type { AccountId } from '../accounts/ports.ts';
import type { Event } from '../base/emitter.ts';

export interface Downloads {
  list(): Promise<DownloadItem[]>;
  /** What taking these lessons home at the quality nearest to this one would mean. */
  plan(lessonIds: readonly string[], quality: Quality): Promise<DownloadPlan>;
  /** At the end of the queue. Known ones go on; one that is here at another quality plays at that until this one is ready. */
  add(lessonIds: readonly string[], quality: Quality): Promise<void>;
  /** To the n-th place of the queue, 0 first. */
  move(lessonId: string, position: number): Promise<void>;
  pause(lessonId: string): Promise<void>;
  resume(lessonId: string): Promise<void>;
  /**
   * Stops them and gives their bytes back, unless another student or lesson keeps them: of this student, whoever sits here by then;
   * of the current one when none is named.
   */
  remove(lessonIds: readonly string[], of?: AccountId): Promise<void>;
  /** Those watched to the end whose progress the school has. */
  removeWatched(): Promise<{ lessons: number; bytes: number }>;
  pauseAll(): Promise<void>;
  resumeAll(): Promise<void>;
  storage(): Promise<StorageView>;
  /** Brings all lessons into a folder inside this one while downloads run. Throws disk_full, disk_denied, cancelled: then they stay where they are. */
  moveFolder(folder: string, signal?: AbortSignal): Promise<void>;
  /** Calls off a move that is under way. */
  cancelMove(): void;
  /** How far a move is, at most four times a second; null when it has ended. */
  readonly folderMoving: Event<FolderMoving>;
  /** Hashes everything of a lesson again; bad pieces are fetched again. Resolves to how many were bad. */
  verify(lessonId: string): Promise<number>;
  /** The whole list, at most four times a second. */
  readonly changed: Event<DownloadItem[]>;
  /** As `changed`, but only what is other than last time; the whole list after somebody asked for it. */
  readonly changes: Event<DownloadChanges>;
  /** Takes up the queue as it was left; gives back the stop. */
  start(): () => Promise<void>;
}

/** What the player asks and tells about lessons taken home. */
export interface DownloadedLessons {
  /** The quality this lesson was claimed at by the current student; ready when a whole revision is here. Null when not claimed. */
  quality(lessonId: string): Promise<{ quality: Quality; ready: boolean } | null>;
  /** The lesson being watched goes first; null when none is. */
  watching(lessonId: string | null): void;
}
