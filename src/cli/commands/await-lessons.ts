import type { DownloadItem } from '../../shared/contracts/downloads.ts';
import type { Context } from '../context.ts';
import { exitCodeOfReason, exitCodes, type ExitCode } from '../exit-codes.ts';
import type { Core } from '../open-core.ts';
import { bytesInWords, sentenceOf } from '../sentences.ts';

interface Waiting {
  readonly lessonIds: ReadonlySet<string>;
  /** Seconds without a new byte after which it is given up; what came stays. */
  readonly patienceSeconds: number;
}

/** Tells how the downloads of these lessons go, until all are ready, one failed for good, or nothing came for too long. */
export function awaitLessons({ downloads }: Core, context: Context, { lessonIds, patienceSeconds }: Waiting): Promise<ExitCode> {
  const { output, signal } = context;
  const told = new Map<string, string>();
  let bytes = -1;
  let movedAt = performance.now();
  return new Promise((resolve, reject) => {
    const end = (code: ExitCode) => {
      stop();
      clearInterval(timer);
      signal.removeEventListener('abort', cancel);
      resolve(code);
    };
    const look = (items: readonly DownloadItem[]) => {
      const ours = items.filter(({ lessonId }) => lessonIds.has(lessonId));
      for (const item of ours) tell(item);
      const now = ours.reduce((sum, { bytesDone }) => sum + bytesDone, 0);
      if (now !== bytes) movedAt = performance.now();
      bytes = now;
      const stuck = ours.filter(({ state }) => state !== 'ready');
      if (stuck.length === 0) return end(exitCodes.ok);
      const active = stuck.some(({ state }) => state === 'running' || state === 'queued');
      const isOver = stuck.every(({ state }) => state === 'failed' || state === 'paused');
      if (isOver || (!active && performance.now() - movedAt > patienceSeconds * 1000)) giveUp(stuck);
    };
    const giveUp = (stuck: readonly DownloadItem[]) => {
      const reason = stuck.find((item) => item.reason)?.reason ?? 'cancelled';
      output.tell('gave_up', { reason, sentence: sentenceOf(reason), lessonIds: stuck.map(({ lessonId }) => lessonId) }, sentenceOf(reason));
      end(exitCodeOfReason(reason));
    };
    const tell = (item: DownloadItem) => {
      const { lessonId, state, bytesDone, bytesTotal, bytesPerSecond, etaSeconds, reason } = item;
      const sign = `${state} ${bytesDone} ${reason}`;
      if (told.get(lessonId) === sign) return;
      told.set(lessonId, sign);
      const sentence = reason ? sentenceOf(reason) : null;
      output.progress({ lessonId, state, bytesDone, bytesTotal, bytesPerSecond, etaSeconds, reason, sentence }, inWords(item, sentence));
    };
    const cancel = () => end(exitCodes.cancelled);
    const stop = downloads.changed(look);
    const ask = () => void downloads.list().then(look, reject);
    const timer = setInterval(ask, 1000);
    signal.addEventListener('abort', cancel, { once: true });
    ask();
  });
}

function inWords({ lessonTitle, state, bytesDone, bytesTotal, bytesPerSecond }: DownloadItem, sentence: string | null): string {
  const done = `${bytesInWords(bytesDone)} of ${bytesInWords(bytesTotal)}`;
  const speed = state === 'running' && bytesPerSecond > 0 ? `, ${bytesInWords(bytesPerSecond)}/s` : '';
  return `${lessonTitle}: ${state}, ${done}${speed}${sentence ? `. ${sentence}` : ''}`;
}
