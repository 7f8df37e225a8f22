import { useEffect, useMemo, useState } from 'react';
import type { NoteView } from '../../../shared/contracts/notes.ts';
import type { PlaybackSource } from '../../../shared/contracts/playback.ts';
import { useFormat } from '../../i18n/format.ts';
import { useText } from '../../i18n/text.ts';
import { useAppStores, useNotices } from '../../stores/stores.ts';
import { useAttempt } from '../../stores/use-attempt.ts';

/** What the student wrote in this lesson, and what can be done with it. */
export interface LessonNotes {
  /** In the lesson's order; null until they were read. */
  readonly list: readonly NoteView[] | null;
  /** Marks a moment without words, and says so. */
  readonly bookmark: (atMs: number) => void;
  /** A new one where `noteId` is null. Says when it is kept; when it could not be, the student is told why. */
  readonly save: (note: { readonly noteId: string | null; readonly atMs: number; readonly text: string }, then: { readonly kept: () => void; readonly ended: () => void }) => void;
  /** With a way back for a while. */
  readonly remove: (note: NoteView) => void;
  /** To a file the student chooses. */
  readonly exportAll: () => void;
}

export function useLessonNotes({ lessonId, timelineId }: PlaybackSource): LessonNotes {
  const text = useText();
  const format = useFormat();
  const { remote } = useAppStores();
  const attempt = useAttempt();
  const show = useNotices((notices) => notices.show);
  const [list, setList] = useState<readonly NoteView[] | null>(null);
  useEffect(() => {
    let closed = false;
    const read = () => attempt(async () => remote.call('notes.list', { lessonId }).then((notes) => void (closed || setList(notes))));
    read();
    const stop = remote.on('notes.changed', read);
    return () => {
      closed = true;
      stop();
    };
  }, [remote, lessonId, attempt]);

  return useMemo(() => {
    const write = async (note: { noteId: string | null; atMs: number; text: string }) => remote.call('notes.save', { ...note, lessonId, timelineId });
    return {
      list,
      bookmark: (atMs) =>
        attempt(async () => {
          await write({ noteId: null, atMs: Math.round(atMs), text: '' });
          show({ tone: 'plain', title: text('notes.bookmarked', { time: format.clock(atMs) }) });
        }),
      save: (note, { kept, ended }) => attempt(() => write({ ...note, atMs: Math.round(note.atMs) }).then(kept).finally(ended)),
      remove: (note) =>
        attempt(async () => {
          await remote.call('notes.remove', { noteId: note.noteId });
          const undo = () => attempt(() => write({ noteId: null, atMs: note.atMs, text: note.text }));
          show({ tone: 'plain', title: text('notes.removed'), action: { label: text('action.undo'), run: undo } });
        }),
      exportAll: () =>
        attempt(async () => {
          const { saved } = await remote.call('notes.export', { lessonId });
          if (saved) show({ tone: 'plain', title: text('notes.exported') });
        }),
    };
  }, [list, remote, attempt, show, text, format, lessonId, timelineId]);
}
