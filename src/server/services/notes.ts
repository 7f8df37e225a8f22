import type { NoteRow } from '../../shared/api/progress.ts';
import { laterNote, stampedNoteSchema, type StampedNote } from '../../shared/models/note.ts';
import type { Store } from '../store/database.ts';

/** What a student wrote, and whether the school keeps that writing or had a later one. */
interface TakenNote {
  readonly row: NoteRow;
  readonly kept: boolean;
}

/** Takes a writing of a note in; of two, the later one stays. Inside the caller's transaction. */
export async function takeNote(store: Store, personId: string, written: StampedNote, nextVersion: () => Promise<number>): Promise<TakenNote> {
  const known = await findNote(store, personId, written.noteId);
  if (known && laterNote(known, written) === known) return { row: known, kept: false };
  const version = await nextVersion();
  const row = { person_id: personId, note_id: written.noteId, note: JSON.stringify(written), version };
  await store
    .insertInto('notes')
    .values(row)
    .onConflict((conflict) => conflict.columns(['person_id', 'note_id']).doUpdateSet(row))
    .execute();
  return { row: { ...written, version }, kept: true };
}

export async function findNote(store: Store, personId: string, noteId: string): Promise<NoteRow | null> {
  const row = await store.selectFrom('notes').select(['note', 'version']).where('person_id', '=', personId).where('note_id', '=', noteId).executeTakeFirst();
  return row ? noteOnWire(row) : null;
}

/** At most so many notes changed since a cursor, in the order of their changes. */
export async function notesSince(store: Store, personId: string, cursor: number, limit: number): Promise<NoteRow[]> {
  const rows = await store
    .selectFrom('notes')
    .select(['note', 'version'])
    .where('person_id', '=', personId)
    .where('version', '>', cursor)
    .orderBy('version')
    .limit(limit)
    .execute();
  return rows.map(noteOnWire);
}

function noteOnWire({ note, version }: { note: string; version: number }): NoteRow {
  return { ...stampedNoteSchema.parse(JSON.parse(note)), version: Number(version) };
}
