import { createStore } from 'zustand/vanilla';
import type { DraftView } from '../../shared/contracts/notes.ts';
import type { Remote } from '../bridge.ts';
import type { Later } from './downloads-store.ts';
import type { Feed } from './feed.ts';

/** What was typed and not kept yet, and the moment of the lesson it belongs to. */
export type Draft = Pick<DraftView, 'text' | 'atMs'>;

export interface Drafts {
  readonly byPlace: ReadonlyMap<string, Draft>;
  readonly keep: (place: string, draft: Draft) => void;
  readonly drop: (place: string) => void;
}

/** Typing is written down this often, so that a disk is not kept busy by every letter. */
export const writeEveryMs = 400;

/** Names a draft of a lesson: of a new note where `noteId` is null. */
export function draftPlace(lessonId: string, noteId: string | null): string {
  return `${lessonId}\n${noteId ?? ''}`;
}

/**
 * One student's drafts, which main keeps. `account` is whose they are: what was typed is written down for that one, behind the
 * lock, too, and whoever sits here by then.
 */
export function createDraftsStore(remote: Remote, later: Later, account: string): Feed<Drafts> {
  const waiting = new Map<string, () => void>();
  /** What main did not take. */
  const refused = new Set<string>();
  /** Changed here since main was asked. */
  let touched = new Set<string>();
  const write = (place: string) => {
    waiting.get(place)?.();
    waiting.delete(place);
    const [lessonId = '', noteId = ''] = place.split('\n');
    const draft = store.getState().byPlace.get(place) ?? null;
    // A disk that takes nothing more says so when the note is kept; until the window closes the draft is here all the same.
    remote.call('notes.keepDraft', { of: account, lessonId, noteId: noteId === '' ? null : noteId, draft }).then(
      () => refused.delete(place),
      () => refused.add(place),
    );
  };
  const change = (place: string, changed: (drafts: Map<string, Draft>) => void) => {
    const drafts = new Map(store.getState().byPlace);
    changed(drafts);
    touched.add(place);
    store.setState({ byPlace: drafts });
  };
  const store = createStore<Drafts>()(() => ({
    byPlace: new Map(),
    keep: (place, draft) => {
      change(place, (drafts) => drafts.set(place, { ...draft, atMs: Math.round(draft.atMs) }));
      if (!waiting.has(place)) waiting.set(place, later(writeEveryMs, () => write(place)));
    },
    drop: (place) => {
      change(place, (drafts) => drafts.delete(place));
      write(place);
    },
  }));
  const apply = (known: readonly DraftView[]) => {
    const own = [...store.getState().byPlace].filter(([place]) => touched.has(place));
    const others = known.map(({ lessonId, noteId, text, atMs }) => [draftPlace(lessonId, noteId), { text, atMs }] as const).filter(([place]) => !touched.has(place));
    store.setState({ byPlace: new Map([...others, ...own]) });
  };
  return {
    store,
    start: () => {
      touched = new Set([...waiting.keys(), ...refused]);
      // Without an answer there are none but those of this sitting.
      remote.call('notes.drafts', { of: account }).then(apply, () => undefined);
      const writeAll = () => new Set([...waiting.keys(), ...refused]).forEach(write);
      // When the app ends, main takes nothing any more by the time the page goes.
      const stopListening = remote.on('shell.suspending', writeAll);
      return () => {
        stopListening();
        writeAll();
      };
    },
  };
}
