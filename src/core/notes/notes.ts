import type { NoteView } from '../../shared/contracts/notes.ts';
import { TeachifyError } from '../../shared/errors.ts';
import type { Note } from '../../shared/models/note.ts';
import type { Random } from '../base/random.ts';
import type { Catalog } from '../catalog/ports.ts';
import type { Progress } from '../progress/ports.ts';
import { notesAsMarkdown } from './notes-markdown.ts';
import type { Notes } from './ports.ts';

interface Dependencies {
  /** Keeps what is written and carries it to the school. */
  readonly progress: Pick<Progress, 'recordNote' | 'notes' | 'notesChanged'>;
  readonly catalog: Pick<Catalog, 'view'>;
  readonly random: Random;
}

/** What a student writes down at a moment of a lesson; a note without words is a bookmark. */
export function createNotes({ progress, catalog, random }: Dependencies): Notes {
  const find = async (noteId: string): Promise<Note> => {
    const note = (await progress.notes()).find((one) => one.noteId === noteId);
    if (!note) throw new TeachifyError('not_found', 'This note is not there any more');
    return note;
  };
  const ofLesson = async (lessonId: string | null) => (await progress.notes()).filter((note) => lessonId === null || note.lessonId === lessonId);

  return {
    changed: progress.notesChanged,
    list: async (lessonId) => (await ofLesson(lessonId)).map(viewOf),
    save: async ({ noteId, text, ...place }) => {
      // Its moment stays where it was first put.
      const before = noteId === null ? { ...place, noteId: random.id(), removed: false } : await find(noteId);
      const note = { ...before, text };
      await progress.recordNote(note);
      return viewOf(note);
    },
    remove: async (noteId) => {
      // What it said goes with it.
      await progress.recordNote({ ...(await find(noteId)), text: '', removed: true });
    },
    markdown: async (lessonId) => {
      const view = await catalog.view();
      const title = view.courses.flatMap(({ lessons }) => lessons).find(({ id }) => id === lessonId)?.title ?? 'Teachify';
      return { fileName: fileName(title), text: notesAsMarkdown(view, await ofLesson(lessonId)) };
    },
  };
}

function viewOf({ noteId, lessonId, atMs, text }: Note): NoteView {
  return { noteId, lessonId, atMs, text };
}

/** What every file system takes as a name. */
function fileName(title: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is to go
  const plain = title.replace(/[\\/:*?"<>|\u0000-\u001f]+/g, ' ').replace(/\s+/g, ' ').slice(0, 80).trim();
  return `${plain.replace(/^\.+|\.+$/g, '') || 'Teachify'}.md`;
}
