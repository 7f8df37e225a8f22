import type { DraftView, NoteView } from '../../shared/contracts/notes.ts';
import type { Note } from '../../shared/models/note.ts';
import type { AccountId } from '../accounts/ports.ts';
import type { Event } from '../base/emitter.ts';

export interface Notes {
  /** Of one lesson, in its order. */
  list(lessonId: string): Promise<NoteView[]>;
  /** A new note where `noteId` is null. Durable when it resolves. Throws not_found, signed_out. */
  save(note: Omit<Note, 'removed' | 'noteId'> & { readonly noteId: string | null }): Promise<NoteView>;
  remove(noteId: string): Promise<void>;
  /** One lesson's notes, or all, as a file to keep. */
  markdown(lessonId: string | null): Promise<MarkdownFile>;
  readonly changed: Event<void>;
}

export interface MarkdownFile {
  readonly fileName: string;
  readonly text: string;
}

/** The note that a draft is of: a new one of the lesson where `noteId` is null. */
export type DraftPlace = Pick<DraftView, 'lessonId' | 'noteId'>;

/** What students typed of notes and did not keep yet. It stays on this machine, each one's own, whoever sits here. */
export interface Drafts {
  list(account: AccountId): Promise<DraftView[]>;
  /** Durable when it resolves. Nothing is kept for who is unknown here. */
  keep(account: AccountId, place: DraftPlace, draft: Pick<DraftView, 'text' | 'atMs'>): Promise<void>;
  drop(account: AccountId, place: DraftPlace): Promise<void>;
}
