import { z } from 'zod';
import { dateOfEvent, type ChoiceRow, type NoteRow, type ProgressRow, type RecordedAt } from '../../shared/api/progress.ts';
import { laterChoice, type StampedChoice } from '../../shared/models/choice.ts';
import { laterNote, type StampedNote } from '../../shared/models/note.ts';
import { emptyProgress, type Extent, type PositionStamp, type ProgressState } from '../../shared/models/progress.ts';
import { inPortions } from '../base/breathe.ts';
import type { Connection } from '../database/connection.ts';
import { guarded } from '../database/failures.ts';
import { ofSitting, onTimeline } from '../database/stored-event.ts';
import { afterAcknowledgement, afterServerRow, extentOf } from './known-progress.ts';
import { readChoice, readNote, readTimeline, timelineColumns, type Batch, type OutboxEvent } from './progress-rows.ts';
import { park } from './refused.ts';
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
  readonly choices: readonly ChoiceRow[];
  readonly serverTime: number;
}

interface Settlement extends Verdict {
  readonly account: string;
  readonly installId: Batch['installId'];
  readonly sentAt: RecordedAt;
  /** Seconds. */
  readonly returnWindow: number;
  /** Of the server that answered. */
  readonly history: string | null;
}

/** How far a machine has what a server tells, and in which of its histories. */
interface Place {
  readonly cursor: number;
  readonly history: string | null;
}

const placeRow = z.object({ cursor: z.int(), history: z.string().nullable() });

interface Pulled {
  readonly progress: readonly ProgressRow[];
  readonly notes: readonly NoteRow[];
  readonly choices: readonly ChoiceRow[];
}

/** What the server says, taken into the ledger: each transaction leaves it right, wherever the next one is cut off. */
export class ServerWrites {
  readonly #db: Connection;
  readonly #portion: number;

  constructor(db: Connection, portion: number) {
    this.#db = db;
    this.#portion = portion;
  }

  /** The timelines of which something else is known now. */
  async settle(settlement: Settlement): Promise<ReadonlySet<string>> {
    const { account, acknowledged, superseded, again, held, parked, serverTime, sentAt, installId, returnWindow, history } = settlement;
    // Rows of another history are counted anew, and know less: the next pull begins with that.
    const known = this.#place(account);
    const isSameHistory = history === known.history || (known.history === null && known.cursor === 0);
    const { progress, notes, choices } = isSameHistory ? settlement : { progress: [], notes: [], choices: [] };
    const remove = this.#removal(account);
    // First what the server knows, which holds what it took; then what waits no more. Cut off in between, events are sent again.
    const told = new Set<string>();
    await inPortions(progress, this.#portion, (rows) =>
      this.#transaction(() => {
        for (const row of rows) if (this.#saveRow(account, row)) told.add(row.timelineId);
      }),
    );
    await inPortions([...acknowledged, ...superseded], this.#portion, (events) =>
      this.#transaction(() => {
        for (const event of events) {
          if (!superseded.includes(event)) this.#keep(account, event, { at: dateOfEvent(event.recordedAt, sentAt, serverTime), installId, sequence: event.sequence }, told);
          remove(event);
        }
      }),
    );
    this.#transaction(() => {
      const move = this.#db.prepare('UPDATE outbox SET state = ?, reason = ? WHERE sequence = ?');
      for (const { sequence } of again) move.run('pending', null, sequence);
      for (const { event, reason } of held) move.run('held', reason, event.sequence);
      for (const { event, reason } of parked) park(this.#db, event.sequence, reason, dateOfEvent(event.recordedAt, sentAt, serverTime));
      for (const row of notes) this.#saveNoteRow(account, row);
      for (const row of choices) this.#saveChoiceRow(account, row);
      if (acknowledged.length + superseded.length > 0) this.#sent(account, serverTime, returnWindow);
      this.#date(account, progress.filter(({ timelineId }) => told.has(timelineId)));
      if (isSameHistory) this.#movePlace(account, { cursor: throughOwn(known.cursor, [...progress, ...notes, ...choices]), history });
    });
    return new Set([...progress.map(({ timelineId }) => timelineId), ...[...acknowledged, ...superseded].flatMap((event) => (event.kind === 'watched' ? event.snapshot.timelineId : []))]);
  }

  /** The cursor moves when all of it is in the ledger: cut off before, it is pulled again. */
  async pulled(account: string, { progress, notes, choices }: Pulled, place: Place): Promise<ReadonlySet<string>> {
    await inPortions(progress, this.#portion, (rows) =>
      this.#transaction(() => {
        for (const row of rows) this.#saveRow(account, row);
      }),
    );
    this.#transaction(() => {
      for (const row of notes) this.#saveNoteRow(account, row);
      for (const row of choices) this.#saveChoiceRow(account, row);
      this.#movePlace(account, place);
    });
    return new Set(progress.map(({ timelineId }) => timelineId));
  }

  /**
   * All that a server tells whose history is a new one: its versions are counted anew, so those that are known mean nothing.
   * What this machine knows beyond it has to wait in the outbox by now.
   */
  async beganAnew(account: string, { progress, notes, choices }: Pulled, place: Place): Promise<void> {
    this.#transaction(() => {
      for (const table of ['progress', 'notes', 'choices']) this.#db.prepare(`UPDATE ${table} SET version = 0 WHERE account = ?`).run(account);
      for (const row of progress) this.#saveRow(account, row);
      for (const row of notes) this.#saveNoteRow(account, row);
      for (const row of choices) this.#saveChoiceRow(account, row);
      this.#db.prepare('UPDATE progress_sync SET cursor = 0 WHERE account = ?').run(account);
      this.#movePlace(account, place);
    });
  }

  /** A lesson's extent, once the catalogue knows it. */
  async saveExtent(account: string, timelineId: string, { durationMs, donePercent }: Extent): Promise<void> {
    const sql = 'UPDATE progress SET duration_ms = ?, done_percent = ? WHERE account = ? AND timeline_id = ?';
    this.#transaction(() => this.#db.prepare(sql).run(durationMs, donePercent, account, timelineId));
  }

  /** What was acknowledged stands until the server tells its own row; a row it has just told holds it already. */
  #keep(account: string, event: OutboxEvent, stamp: PositionStamp, told: ReadonlySet<string>): void {
    if (event.kind === 'noted') this.#keepNote(account, { ...event.note, stamp });
    else if (event.kind === 'chose') this.#keepChoice(account, { ...event.choice, stamp });
    else if (!told.has(event.snapshot.timelineId)) this.#change(account, event.snapshot, (known, extent) => afterAcknowledgement(known, event.snapshot, extent, stamp));
  }

  /** Snapshots are cumulative and notes come whole: whoever has this one needs no earlier one of the sitting or note. */
  #removal(account: string): (event: OutboxEvent) => void {
    const remove = this.#db.prepare(`DELETE FROM outbox WHERE ${ofSitting} AND sequence <= @sequence`);
    return (event) => void remove.run({ account, ...sittingOf(event), sequence: event.sequence });
  }

  /** How far what the server tells is in the ledger, never back. */
  #movePlace(account: string, { cursor, history }: Place): void {
    const sql = `INSERT INTO progress_sync (account, cursor, history) VALUES (?, ?, ?)
      ON CONFLICT (account) DO UPDATE SET cursor = max(cursor, excluded.cursor), history = excluded.history`;
    this.#db.prepare(sql).run(account, cursor, history);
  }

  /** False when a newer answer has overtaken it. */
  #saveRow(account: string, row: ProgressRow): boolean {
    const known = this.#find(account, row.timelineId);
    if (known && known.version > row.version) return false;
    const { timelineId, lessonId, version, position } = row;
    const state = JSON.stringify(afterServerRow(known?.state ?? null, row));
    const sql = `INSERT INTO progress (account, timeline_id, lesson_id, state, version, duration_ms, updated_at) VALUES (@account, @timelineId, @lessonId, @state, @version, NULL, @at)
      ON CONFLICT (account, timeline_id) DO UPDATE SET state = excluded.state, version = excluded.version, updated_at = max(updated_at, excluded.updated_at)`;
    this.#db.prepare(sql).run({ account, timelineId, lessonId, state, version, at: position?.stamp.at ?? 0 });
    this.#date(account, [row]);
    return true;
  }

  /** The server's date replaces this machine's, once nothing waits that it has not dated. */
  #date(account: string, rows: readonly ProgressRow[]): void {
    const sql = `UPDATE progress SET updated_at = @at WHERE account = @account AND timeline_id = @timelineId
      AND NOT EXISTS (SELECT 1 FROM outbox WHERE ${onTimeline} AND kind = 'watched' AND state <> 'parked')`;
    const update = this.#db.prepare(sql);
    for (const { timelineId, position } of rows) if (position) update.run({ account, timelineId, at: position.stamp.at });
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

  #keepChoice(account: string, chosen: StampedChoice): void {
    const known = this.#findChoice(account, chosen.name);
    this.#putChoice(account, known ? laterChoice(known.choice, chosen) : chosen, known?.version ?? 0);
  }

  #saveChoiceRow(account: string, { version, ...choice }: ChoiceRow): void {
    if ((this.#findChoice(account, choice.name)?.version ?? 0) <= version) this.#putChoice(account, choice, version);
  }

  #putChoice(account: string, choice: StampedChoice, version: number): void {
    const sql = `INSERT INTO choices (account, name, choice, version) VALUES (?, ?, ?, ?)
      ON CONFLICT (account, name) DO UPDATE SET choice = excluded.choice, version = excluded.version`;
    this.#db.prepare(sql).run(account, choice.name, JSON.stringify(choice), version);
  }

  #findChoice(account: string, name: string) {
    const row = this.#db.prepare('SELECT choice, version FROM choices WHERE account = ? AND name = ?').get(account, name);
    return row === undefined ? null : readChoice(row);
  }

  #change(account: string, { timelineId }: { timelineId: string }, change: (known: ProgressState, extent: Extent) => ProgressState): void {
    const known = this.#find(account, timelineId);
    const state = JSON.stringify(change(known?.state ?? emptyProgress, extentOf(known)));
    this.#db.prepare('UPDATE progress SET state = ? WHERE account = ? AND timeline_id = ?').run(state, account, timelineId);
  }

  #find(account: string, timelineId: string) {
    const row = this.#db.prepare(`SELECT ${timelineColumns} FROM progress WHERE account = ? AND timeline_id = ?`).get(account, timelineId);
    return row === undefined ? null : readTimeline(row);
  }

  #place(account: string): Place {
    const row = this.#db.prepare('SELECT cursor, history FROM progress_sync WHERE account = ?').get(account);
    return row === undefined ? { cursor: 0, history: null } : placeRow.parse(row);
  }

  #sent(account: string, at: number, returnWindow: number): void {
    const sql = `INSERT INTO progress_sync (account, last_sent_at, return_window) VALUES (?, ?, ?)
      ON CONFLICT (account) DO UPDATE SET last_sent_at = excluded.last_sent_at, return_window = excluded.return_window`;
    this.#db.prepare(sql).run(account, at, returnWindow);
  }

  #transaction<Result>(work: () => Result): Result {
    return guarded('ledger', () => this.#db.transaction(work).immediate());
  }
}

/**
 * A student's rows are numbered without gaps, whichever machine wrote them. Those of an answer that begin right behind the
 * cursor are all there is up to the last of them, and need not be pulled. Gives back the cursor as it may stand now.
 */
function throughOwn(cursor: number, rows: readonly { readonly version: number }[]): number {
  const versions = rows.map(({ version }) => version).sort((a, b) => a - b);
  return versions.every((version, index) => version === cursor + 1 + index) ? cursor + versions.length : cursor;
}
