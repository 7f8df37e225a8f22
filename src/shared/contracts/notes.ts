import { z } from 'zod';
import { idSchema } from '../api/catalog.ts';
import { maxNoteLength, noteSchema } from '../models/note.ts';
import { accountIdSchema } from './accounts.ts';
import { call, nothing, type Contract } from './contract.ts';

/** Without words it is a bookmark. */
const noteViewSchema = noteSchema.pick({ noteId: true, lessonId: true, atMs: true, text: true });
export type NoteView = z.infer<typeof noteViewSchema>;

const noteIdSchema = noteSchema.shape.noteId;
const draftSchema = noteSchema.pick({ text: true, atMs: true });
/** Of a new note where `noteId` is null. */
const draftPlaceSchema = z.object({ lessonId: noteSchema.shape.lessonId, noteId: noteIdSchema.nullable() });
const draftViewSchema = draftPlaceSchema.extend(draftSchema.shape);
export type DraftView = z.infer<typeof draftViewSchema>;

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
    /** What this student typed and did not keep yet; of nobody but who is here. */
    'notes.drafts': call(z.object({ of: accountIdSchema }), z.array(draftViewSchema)),
    /** Null drops it. Behind the lock, or when another student has sat down, it is done all the same, and answered with nothing. */
    'notes.keepDraft': call(draftPlaceSchema.extend({ of: accountIdSchema, draft: draftSchema.nullable() }), nothing),
    'notes.remove': call(z.object({ noteId: z.string().min(1).max(64) }), nothing),
    /** As Markdown into a file the student chooses; of one lesson, or of all. False when the student thought better of it. */
    'notes.export': call(z.object({ lessonId: idSchema.nullable() }), z.object({ saved: z.boolean() })),
  },
  events: {
    /** Notes were written here or came from another device. */
    'notes.changed': z.object({}),
  },
} as const satisfies Contract;
