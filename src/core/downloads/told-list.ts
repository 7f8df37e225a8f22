import { downloadItemSchema, type DownloadChanges, type DownloadItem } from '../../shared/contracts/downloads.ts';

/** What a listener was told of the list, so that next time it is told only what is other. */
export class ToldList {
  #told: Map<string, DownloadItem> | null = null;

  /** Somebody knows the list from elsewhere, or nobody does: next time all of it is told. */
  forget(): void {
    this.#told = null;
  }

  /** What is other than last time; null when nothing is. */
  tell(items: readonly DownloadItem[]): DownloadChanges | null {
    const told = this.#told;
    const now = new Map<string, DownloadItem>();
    for (const item of items) now.set(item.lessonId, item);
    this.#told = now;
    if (!told) return { whole: true, items: [...items], removed: [] };
    const changed = items.filter((item) => !isSame(item, told.get(item.lessonId)));
    const removed = [...told.keys()].filter((lessonId) => !now.has(lessonId));
    return changed.length + removed.length > 0 ? { whole: false, items: changed, removed } : null;
  }
}

const fields = Object.keys(downloadItemSchema.shape) as (keyof DownloadItem)[];

function isSame(item: DownloadItem, before: DownloadItem | undefined): boolean {
  return before !== undefined && fields.every((field) => item[field] === before[field]);
}
