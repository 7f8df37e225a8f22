import { z } from 'zod';
import type { DraftView } from '../../shared/contracts/notes.ts';
import type { AccountId } from '../accounts/ports.ts';
import type { Connection } from '../database/connection.ts';
import { guarded } from '../database/failures.ts';
import type { DraftPlace, Drafts } from './ports.ts';

const draftRow = z
  .object({ lesson_id: z.string(), note_id: z.string(), text: z.string(), at_ms: z.int() })
  .transform(({ lesson_id, note_id, text, at_ms }): DraftView => ({ lessonId: lesson_id, noteId: note_id === '' ? null : note_id, text, atMs: at_ms }));

/** Drafts of notes in the ledger: each student's own, and of nobody whom this machine does not know. */
export function createDrafts(ledger: Connection): Drafts {
  const run = (sql: string, values: Record<string, unknown>) => void guarded('ledger', () => ledger.prepare(sql).run(values));
  const placeOf = (account: AccountId, { lessonId, noteId }: DraftPlace) => ({ account, lessonId, noteId: noteId ?? '' });
  return {
    list: async (account) => {
      const sql = 'SELECT lesson_id, note_id, text, at_ms FROM drafts WHERE account = ? ORDER BY rowid';
      return guarded('ledger', () => ledger.prepare(sql).all(account)).map((row) => draftRow.parse(row));
    },
    keep: async (account, place, { text, atMs }) => {
      const sql = `INSERT INTO drafts (account, lesson_id, note_id, text, at_ms) SELECT id, @lessonId, @noteId, @text, @atMs FROM accounts WHERE id = @account
        ON CONFLICT (account, lesson_id, note_id) DO UPDATE SET text = excluded.text, at_ms = excluded.at_ms`;
      run(sql, { ...placeOf(account, place), text, atMs });
    },
    drop: async (account, place) => {
      run('DELETE FROM drafts WHERE account = @account AND lesson_id = @lessonId AND note_id = @noteId', placeOf(account, place));
    },
  };
}
