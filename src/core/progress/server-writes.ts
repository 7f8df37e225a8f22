import { dateOfEvent, type NoteRow, type ProgressRow, type RecordedAt } from '../../shared/api/progress.ts';
import { laterNote, type StampedNote } from '../../shared/models/note.ts';
import { emptyProgress, type ProgressState } from '../../shared/models/progress.ts';
import type { Connection } from '../database/connection.ts';
import { guarded } from '../database/failures.ts';
import { afterAcknowledgement, afterServerRow } from './known-progress.ts';
import { readNote, readTimeline, timelineColumns, type Batch, type OutboxEvent } from './progress-rows.ts';
import { sittingOf } from './sitting.ts';

/** The server's word on a batch, event by event. */
export interface Verdict {
  /** The server has it. */
  readonly acknowledged: readonly OutboxEvent[];
  /** Of a lesson that was started over since: known to the server, changes nothing. */
  readonly superseded: readonly OutboxEvent[];
  readonly again: readonly OutboxEvent[];
  readonly held: readonly { readonly event: OutboxEvent; readonly reason: string }[];
  readonly parked: readonly { readonly event: OutboxEvent; readonly reason: string }[];
  /** The server's state of the timelines it touched. */
  readonly progress: readonly ProgressRow[];
  /** And of the notes. */
  readonly notes: readonly NoteRow[];
  readonly serverTime: number;
}

interface Settlement extends Verdict {
  readonly account: string;
  readonly installId: Batch['installId'];
  readonly sentAt: RecordedAt;
}

interface Pulled {
  readonly progress: readonly ProgressRow[];
  readonly notes: readonly NoteRow[];
}

/** What the server says, taken into the ledger: each method is one transaction. */
export class ServerWrites {
  readonly #db: Connection;

  constructor(db: Connection) {
    this.#db = db;
  }

  async settle(settlement: Settlement): Promise<void> {
    const { account, acknowledged, superseded, again, held, parked, progress, notes, serverTime, sentAt, installId } = settlement;
    this.#transaction(() => {
      for (const event of acknowledged) {
        const stamp = { at: dateOfEvent(event.recordedAt, sentAt, serverTime), installId, sequence: event.sequence };
        if (event.kind === 'noted') this.#keepNote(account, { ...event.note, stamp });
        else this.#change(account, event.snapshot, (known, durationMs) => afterAcknowledgement(known, event.snapshot, durationMs, stamp));
      }
      for (const event of [...acknowledged, ...superseded]) this.#remove(account, event);
      const move = this.#db.prepare('UPDATE outbox SET state = ?, reason = ? WHERE sequence = ?');
      for (const { sequence } of again) move.run('pending', null, sequence);
      for (const { event, reason } of held) move.run('held', reason, event.sequence);
      for (const { event, reason } of parked) move.run('parked', reason, event.sequence);
      for (const row of progress) this.#saveRow(account, row);
      for (const row of notes) this.#saveNoteRow(account, row);
      if (acknowledged.length + superseded.length > 0) this.#sent(account, sentAt.wallMs);
    });
  }

  async pulled(account: string, { progress, notes }: Pulled, cursor: number): Promise<void> {
    this.#transaction(() => {
      for (const row of progress) this.#saveRow(account, row);
      for (const row of notes) this.#saveNoteRow(account, row);
      const sql = 'INSERT INTO progress_sync (account, cursor) VALUES (?, ?) ON CONFLICT (account) DO UPDATE SET cursor = excluded.cursor';
      this.#db.prepare(sql).run(account, cursor);
    });
  }

  /** A lesson's duration, once the catalogue knows it. */
  async saveDuration(account: string, timelineId: string, durationMs: number): Promise<void> {
    const sql = 'UPDATE progress SET duration_ms = ? WHERE account = ? AND timeline_id = ?';
    this.#transaction(() => this.#db.prepare(sql).run(durationMs, account, timelineId));
  }

  /** Snapshots are cumulative and notes come whole: whoever has this one needs no earlier one of the sitting or note. */
  #remove(account: string, event: OutboxEvent): void {
    const { sequence } = event;
    const { timelineId, sessionId, epoch } = sittingOf(event);
    const sql = 'DELETE FROM outbox WHERE account = ? AND timeline_id = ? AND session_id = ? AND epoch = ? AND sequence <= ?';
    this.#db.prepare(sql).run(account, timelineId, sessionId, epoch, sequence);
  }

  #saveRow(account: string, row: ProgressRow): void {
    const known = this.#find(account, row.timelineId);
    // Overtaken by a newer answer.
    if (known && known.version > row.version) return;
    const sql = `INSERT INTO progress (account, timeline_id, lesson_id, state, version, duration_ms, updated_at) VALUES (?, ?, ?, ?, ?, NULL, ?)
      ON CONFLICT (account, timeline_id) DO UPDATE SET state = excluded.state, version = excluded.version, updated_at = max(updated_at, excluded.updated_at)`;
    const state = JSON.stringify(afterServerRow(known?.state ?? null, row));
    this.#db.prepare(sql).run(account, row.timelineId, row.lessonId, state, row.version, row.position?.stamp.at ?? 0);
  }

  /** What was just taken stands until the server tells its own row. */
  #keepNote(account: string, written: StampedNote): void {
    const known = this.#findNote(account, written.noteId);
    this.#putNote(account, known ? laterNote(known.note, written) : written, known?.version ?? 0);
  }

  #saveNoteRow(account: string, { version, ...note }: NoteRow): void {
    if ((this.#findNote(account, note.noteId)?.version ?? 0) <= version) this.#putNote(account, note, version);
  }

  #putNote(account: string, note: StampedNote, version: number): void {
    const sql = `INSERT INTO notes (account, note_id, note, version) VALUES (?, ?, ?, ?)
      ON CONFLICT (account, note_id) DO UPDATE SET note = excluded.note, version = excluded.version`;
    this.#db.prepare(sql).run(account, note.noteId, JSON.stringify(note), version);
  }

  #findNote(account: string, noteId: string) {
    const row = this.#db.prepare('SELECT note, version FROM notes WHERE account = ? AND note_id = ?').get(account, noteId);
    return row === undefined ? null : readNote(row);
  }

  #change(account: string, { timelineId }: { timelineId: string }, change: (known: ProgressState, durationMs: number | null) => ProgressState): void {
    const known = this.#find(account, timelineId);
    const state = JSON.stringify(change(known?.state ?? emptyProgress, known?.durationMs ?? null));
    this.#db.prepare('UPDATE progress SET state = ? WHERE account = ? AND timeline_id = ?').run(state, account, timelineId);
  }

  #find(account: string, timelineId: string) {
    const row = this.#db.prepare(`SELECT ${timelineColumns} FROM progress WHERE account = ? AND timeline_id = ?`).get(account, timelineId);
    return row === undefined ? null : readTimeline(row);
  }

  #sent(account: string, at: number): void {
    const sql = 'INSERT INTO progress_sync (account, last_sent_at) VALUES (?, ?) ON CONFLICT (account) DO UPDATE SET last_sent_at = excluded.last_sent_at';
    this.#db.prepare(sql).run(account, at);
  }

  #transaction<Result>(work: () => Result): Result {
    return guarded('ledger', () => this.#db.transaction(work).immediate());
  }
}
