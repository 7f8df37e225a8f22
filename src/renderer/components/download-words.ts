import type { DownloadItem } from '../../shared/contracts/downloads.ts';
import type { ErrorCode } from '../../shared/errors.ts';
import { errorWords } from '../i18n/errors.ts';
import type { Format } from '../i18n/format.ts';
import type { Text } from '../i18n/text.ts';

/** 0 to 100, whole only when every byte is here. */
export function downloadPercent({ bytesDone, bytesTotal, state }: DownloadItem): number {
  if (state === 'ready') return 100;
  return bytesTotal > 0 ? Math.min(99, Math.floor((bytesDone * 100) / bytesTotal)) : 0;
}

/** These pass without anyone's help. */
const passing: ReadonlySet<ErrorCode> = new Set(['offline', 'unreachable', 'timeout', 'server_error', 'rate_limited', 'piece_corrupt']);

export interface DownloadWords {
  /** What it does, or why it does not. */
  readonly state: string;
  /** How far it is. */
  readonly detail: string;
  /** What is safe and what to do; null while all goes well. */
  readonly advice: string | null;
}

/** A download as a person would report it. */
export function downloadWords(text: Text, format: Format, item: DownloadItem): DownloadWords {
  const amount = item.bytesTotal > 0 ? format.bytesOf(item.bytesDone, item.bytesTotal) : '';
  const about = item.exact || amount === '' ? amount : text('downloads.about', { size: amount });
  if (item.state === 'running') {
    const state = item.etaSeconds === null ? text('downloads.state.running') : format.left(item.etaSeconds * 1000);
    return { state, detail: about, advice: null };
  }
  if (item.state === 'ready') return { state: text('downloads.state.ready'), detail: format.bytes(item.bytesTotal), advice: null };
  if (item.reason === null) return { state: text(`downloads.state.${item.state}`), detail: about, advice: null };
  const { title, body } = errorWords(text, item.reason);
  const advice = item.state === 'waiting' && passing.has(item.reason) && item.bytesDone > 0 ? text('downloads.safe', { amount }) : body;
  return { state: title, detail: about, advice };
}
