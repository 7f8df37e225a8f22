import type { DownloadItem } from '../../shared/contracts/downloads.ts';

/** Where in the queue a student wants a lesson. */
export const queuePlaces = ['first', 'earlier', 'later', 'last'] as const;
export type QueuePlace = (typeof queuePlaces)[number];

/** The place in the whole list that is meant by `first`, `earlier`, `later` or `last` of what is still under way: lessons that are ready have places too, which nobody sees. */
export function queuePosition(items: readonly Pick<DownloadItem, 'lessonId' | 'state'>[], lessonId: string, place: QueuePlace): number {
  const at = items.findIndex((item) => item.lessonId === lessonId);
  const isUnderWay = ({ state }: Pick<DownloadItem, 'state'>) => state !== 'ready';
  if (place === 'first') return 0;
  if (place === 'earlier') return Math.max(0, items.findLastIndex((item, index) => index < at && isUnderWay(item)));
  const next = items.findIndex((item, index) => index > at && isUnderWay(item));
  return place === 'later' && next >= 0 ? next : items.length;
}
