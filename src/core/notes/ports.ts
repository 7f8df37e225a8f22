import type { NoteView } from '../../shared/contracts/notes.ts';
import type { Note } from '../../shared/models/note.ts';
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
