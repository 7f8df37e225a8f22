import { useMemo } from 'react';
import type { DownloadItem } from '../../shared/contracts/downloads.ts';
import { useText } from '../i18n/text.ts';
import { undoMs } from './downloads-store.ts';
import { useDownloads, useNotices } from './stores.ts';
import { useAttempt } from './use-attempt.ts';

/** What can be done with a lesson on this computer; each says how it ended. */
export function useLessonCommands({ lessonId, lessonTitle, previous }: Pick<DownloadItem, 'lessonId' | 'lessonTitle' | 'previous'>): {
  readonly verify: () => void;
  /** Takes it away, and can be undone; while another quality comes, only that one. */
  readonly remove: () => void;
} {
  const text = useText();
  const attempt = useAttempt();
  const show = useNotices((notices) => notices.show);
  const remove = useDownloads((downloads) => downloads.remove);
  const undoRemove = useDownloads((downloads) => downloads.undoRemove);
  const add = useDownloads((downloads) => downloads.add);
  const verify = useDownloads((downloads) => downloads.verify);
  return useMemo(
    () => ({
      verify: () =>
        attempt(async () => {
          show({ tone: 'plain', title: text('lesson.verifying', { lesson: lessonTitle }) });
          const { badPieces } = await verify(lessonId);
          const title = badPieces === 0 ? text('lesson.verifiedGood', { lesson: lessonTitle }) : text('lesson.verifiedBad', { count: badPieces });
          show({ tone: 'plain', title });
        }),
      remove: () => {
        if (previous !== null) return attempt(() => add([lessonId], previous));
        remove(lessonId);
        const action = { label: text('action.undo'), run: () => undoRemove(lessonId) };
        show({ tone: 'plain', title: text('lesson.removed', { lesson: lessonTitle }), action }, undoMs - 500);
      },
    }),
    [text, attempt, show, remove, undoRemove, add, verify, lessonId, lessonTitle, previous],
  );
}
