import { z } from 'zod';
import { compareStamps } from './choice.ts';

export const maxNoteLength = 10_000;

/** What a student wrote down at a moment of a lesson. Without words it is a bookmark. */
export const noteSchema = z.object({
  noteId: z.string().min(1).max(64),
  lessonId: z.string().min(1).max(64),
  /** Notes hang on the timeline, so that a mended caption or a new rendition moves none. */
  timelineId: z.string().min(1).max(64),
  atMs: z.int().nonnegative(),
  text: z.string().max(maxNoteLength),
  /** A note that was taken away stays as this mark, so that no other device brings it back. */
  removed: z.boolean(),
});
export type Note = z.infer<typeof noteSchema>;

/** A note with its place in the server's order: the later writing of a note wins whole. */
export const stampedNoteSchema = noteSchema.extend({
  stamp: z.object({ at: z.int(), installId: z.string(), sequence: z.int().nonnegative() }),
});
export type StampedNote = z.infer<typeof stampedNoteSchema>;

/** Commutative, associative, idempotent: of two writings of one note the later. */
export function laterNote(a: StampedNote, b: StampedNote): StampedNote {
  return compareStamps(a.stamp, b.stamp) >= 0 ? a : b;
}

/** Every note by its id, changes laid over what is known, those that were taken away left out; in the order of the lesson. */
export function currentNotes(known: readonly Note[], changes: readonly Note[]): Note[] {
  const byId = new Map([...known, ...changes].map((note) => [note.noteId, note]));
  return [...byId.values()].filter(({ removed }) => !removed).sort((a, b) => a.atMs - b.atMs || compare(a.noteId, b.noteId));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
