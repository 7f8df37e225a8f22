import { draftPlace, type Draft } from '../../stores/drafts-store.ts';
import { useDrafts, useDraftsStore } from '../../stores/stores.ts';
import { usePlayer } from './player-context.ts';

interface DraftOfNote {
  /** Null when nothing was typed that is not kept. */
  readonly draft: Draft | null;
  readonly keep: (draft: Draft) => void;
  readonly drop: () => void;
  /** As it is at this moment, for what takes a while. */
  readonly now: () => Draft | null;
}

/** What the student typed of a note of this lesson, a new one where `noteId` is null. It outlives the panel, the lesson and the window. */
export function useDraft(noteId: string | null): DraftOfNote {
  const place = draftPlace(usePlayer().source.lessonId, noteId);
  const drafts = useDraftsStore();
  const draft = useDrafts((state) => state.byPlace.get(place) ?? null);
  return {
    draft,
    keep: (typed) => drafts.getState().keep(place, typed),
    drop: () => drafts.getState().drop(place),
    now: () => drafts.getState().byPlace.get(place) ?? null,
  };
}

/** Which notes of this lesson have words that are not kept; tells of one note with its id. */
export function useUnkept(): (noteId: string | null) => boolean {
  const { lessonId } = usePlayer().source;
  const drafts = useDrafts((state) => state.byPlace);
  return (noteId) => drafts.has(draftPlace(lessonId, noteId));
}

/** A note of this lesson is being written. */
export function useIsWriting(): boolean {
  const lesson = draftPlace(usePlayer().source.lessonId, null);
  return useDrafts(({ byPlace }) => [...byPlace].some(([place, { text }]) => place.startsWith(lesson) && text.trim() !== ''));
}
