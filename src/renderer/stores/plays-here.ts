import type { DownloadItem } from '../../shared/contracts/downloads.ts';

/** Whether a lesson plays without a line: whole, or in an older revision or another quality while the new one comes. */
export function playsHere(item: Pick<DownloadItem, 'state' | 'updating' | 'previous'> | undefined): boolean {
  return item !== undefined && (item.state === 'ready' || item.updating || item.previous !== null);
}
