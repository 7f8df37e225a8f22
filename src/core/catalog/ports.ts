import type { Lesson } from '../../shared/api/catalog.ts';
import type { CatalogView } from '../../shared/contracts/catalog.ts';
import type { Event } from '../base/emitter.ts';

/** Courses and lessons as last seen by the current student. */
export interface Catalog {
  view(): Promise<CatalogView>;
  /** Throws not_found when it was never seen. */
  lesson(lessonId: string): Promise<Lesson>;
  /** All that the current student has seen; where their videos lie included. */
  lessons(): Promise<readonly Lesson[]>;
  courseTitle(courseId: string): Promise<string>;
  /** The lesson after this one in its course; null for the last. */
  nextLesson(lessonId: string): Promise<Lesson | null>;
  /** Asks the server and stores its answer in one transaction. */
  refresh(signal?: AbortSignal): Promise<CatalogView>;
  /** A poster's bytes and type; from disk, else from the server and then kept. Null when there is none or it cannot be had now. */
  poster(id: string): Promise<{ bytes: Uint8Array; mimeType: string } | null>;
  readonly changed: Event<CatalogView>;
}
