import { z } from 'zod';
import { idSchema } from '../api/catalog.ts';
import { maxNoteLength, noteSchema } from '../models/note.ts';
import { call, nothing, type Contract } from './contract.ts';

/** Without words it is a bookmark. */
const noteViewSchema = noteSchema.pick({ noteId: true, lessonId: true, atMs: true, text: true });
export type NoteView = z.infer<typeof noteViewSchema>;

export const notesContract = {
  calls: {
    /** Of one lesson, in its order. */
    'notes.list': call(z.object({ lessonId: idSchema }), z.array(noteViewSchema)),
    /** A new note where `noteId` is null, else that note written anew. Durable when it answers; sent when the line allows. */
    'notes.save': call(
      z.object({
        noteId: z.string().min(1).max(64).nullable(),
        lessonId: idSchema,
        timelineId: z.string().min(1).max(64),
        atMs: z.int().nonnegative(),
        text: z.string().max(maxNoteLength),
      }),
      noteViewSchema,
    ),
    'notes.remove': call(z.object({ noteId: z.string().min(1).max(64) }), nothing),
    /** As Markdown into a file the student chooses; of one lesson, or of all. False when the student thought better of it. */
    'notes.export': call(z.object({ lessonId: idSchema.nullable() }), z.object({ saved: z.boolean() })),
  },
  events: {
    /** Notes were written here or came from another device. */
    'notes.changed': z.object({}),
  },
} as const satisfies Contract;
