import type { NoteRow } from '../../shared/api/progress.ts';
import { stampedNoteSchema } from '../../shared/models/note.ts';
import type { Store } from '../store/database.ts';

/** Those of a student's notes that there are, by id. */
export async function notesById(store: Store, personId: string, noteIds: readonly string[]): Promise<Map<string, NoteRow>> {
  if (noteIds.length === 0) return new Map();
  const rows = await store.selectFrom('notes').select(['note', 'version']).where('person_id', '=', personId).where('note_id', 'in', noteIds).execute();
  return new Map(rows.map(noteOnWire).map((note) => [note.noteId, note]));
}

/** Writes notes down over what there is. Inside the caller's transaction. */
export async function keepNotes(store: Store, personId: string, notes: ReadonlyMap<string, NoteRow>): Promise<void> {
  if (notes.size === 0) return;
  const rows = [...notes].map(([noteId, { version, ...note }]) => ({ person_id: personId, note_id: noteId, note: JSON.stringify(note), version }));
  await store
    .insertInto('notes')
    .values(rows)
    .onConflict((conflict) => conflict.columns(['person_id', 'note_id']).doUpdateSet(({ ref }) => ({ note: ref('excluded.note'), version: ref('excluded.version') })))
    .execute();
}

/** At most so many notes changed since a cursor and until a version, in the order of their changes. */
export async function notesSince(store: Store, personId: string, { cursor, newest }: { cursor: number; newest: number }, limit: number): Promise<NoteRow[]> {
  const rows = await store
    .selectFrom('notes')
    .select(['note', 'version'])
    .where('person_id', '=', personId)
    .where('version', '>', cursor)
    .where('version', '<=', newest)
    .orderBy('version')
    .limit(limit)
    .execute();
  return rows.map(noteOnWire);
}

function noteOnWire({ note, version }: { note: string; version: number }): NoteRow {
  return { ...stampedNoteSchema.parse(JSON.parse(note)), version: Number(version) };
}
