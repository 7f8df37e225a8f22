import { z } from 'zod';
import type { RecordedAt } from '../../shared/api/progress.ts';
import type { Note } from '../../shared/models/note.ts';
import { emptyProgress, joinSnapshots, type SessionSnapshot } from '../../shared/models/progress.ts';
import { unionRanges } from '../../shared/models/ranges.ts';
import type { Connection } from '../database/connection.ts';
import { guarded } from '../database/failures.ts';
import { eventColumns, readEvent, stubbornFailures, type Batch, type OutboxEvent } from './progress-rows.ts';
import { sittingOf, sittingOfNote, sittingOfSnapshot, type Sitting } from './sitting.ts';

export interface Report {
  readonly account: string;
  readonly snapshot: SessionSnapshot;
  /** Null when the catalogue does not know the lesson. */
  readonly durationMs: number | null;
  readonly recordedAt: RecordedAt;
}

/** What an event costs on the wire besides its snapshot and clocks. */
const envelopeBytes = 60;

const installRow = z.object({ id: z.string(), next_sequence: z.int() });
const sizedRow = z.object({ bytes: z.int() });
const waitingRow = z.object({ sequence: z.int(), snapshot: z.string() });
const latestRow = z.object({ sequence: z.int(), snapshot: z.string(), state: z.string(), frozen: z.int() });

/** The outbox: each method is one transaction, durable when it resolves. */
export class OutboxWrites {
  readonly #db: Connection;
  readonly #newId: () => string;

  constructor(db: Connection, newId: () => string) {
    this.#db = db;
    this.#newId = newId;
  }

  /**
   * Takes a report down. While the last row of its sitting was never sent, they become one row with a new sequence, so
   * that sequences follow the order of reports and a backlog grows with sittings.
   */
  async record({ account, snapshot, durationMs, recordedAt }: Report): Promise<void> {
    this.#transaction(() => {
      const { timelineId, lessonId } = snapshot;
      this.#enqueue(account, 'watched', sittingOfSnapshot(snapshot), recordedAt, (latest) =>
        latest ? joinSnapshots(latest as SessionSnapshot, snapshot) : { ...snapshot, ranges: unionRanges(snapshot.ranges) },
      );
      this.#run(
        `INSERT INTO progress (account, timeline_id, lesson_id, state, version, duration_ms, updated_at)
         VALUES (@account, @timelineId, @lessonId, @empty, 0, @durationMs, @at)
         ON CONFLICT (account, timeline_id) DO UPDATE SET duration_ms = coalesce(excluded.duration_ms, duration_ms), updated_at = excluded.updated_at`,
        { account, timelineId, lessonId, empty: JSON.stringify(emptyProgress), durationMs, at: recordedAt.wallMs },
      );
    });
  }

  /** Takes a writing of a note down; it replaces one of the same note that was never sent. */
  async recordNote(account: string, note: Note, recordedAt: RecordedAt): Promise<void> {
    this.#transaction(() => this.#enqueue(account, 'noted', sittingOfNote(note), recordedAt, () => note));
  }

  /** Freezes the next events to send, at least one if any waits, and marks them in flight. */
  async take(account: string, limit: number, maxBytes: number): Promise<Batch> {
    return this.#transaction(() => {
      const sql = `SELECT ${eventColumns}, length(snapshot) + length(recorded_at) + ${envelopeBytes} AS bytes FROM outbox
        WHERE account = ? AND state = 'pending' ORDER BY sequence LIMIT ?`;
      const rows = this.#db.prepare(sql).all(account, limit);
      let bytes = 0;
      const fitting = rows.filter((row, index) => (bytes += sizedRow.parse(row).bytes) <= maxBytes || index === 0);
      const events = fitting.map(readEvent);
      const freeze = this.#db.prepare("UPDATE outbox SET state = 'in_flight', frozen = 1 WHERE sequence = ?");
      for (const { sequence } of events) freeze.run(sequence);
      return { installId: this.#install().id, events };
    });
  }

  /** Events that came back unanswered wait again, or are held until the student signs in. */
  async putBack(sequences: readonly number[], state: 'pending' | 'held', reason: string | null): Promise<void> {
    this.#transaction(() => {
      const update = this.#db.prepare("UPDATE outbox SET state = ?, reason = ? WHERE sequence = ? AND state = 'in_flight'");
      for (const sequence of sequences) update.run(state, reason, sequence);
    });
  }

  /** The server failed on an event that was alone in its batch; one that fails again and again goes last. */
  async countFailure(account: string, event: OutboxEvent): Promise<void> {
    const { sequence } = event;
    this.#transaction(() => {
      const sql = 'UPDATE outbox SET failures = failures + 1 WHERE sequence = ? RETURNING failures';
      const failures = Number(this.#db.prepare(sql).pluck().get(sequence));
      if (failures >= stubbornFailures) this.#sendLast(account, event);
    });
  }

  /**
   * Newer events were taken before what still waits or is held: that goes under new sequences, in the same order, since a
   * sequence below one that was taken looks like a copied disk. Sending what had arrived a second time changes nothing.
   */
  async overtaken(account: string): Promise<void> {
    this.#transaction(() => this.#renumber(account));
  }

  /** Kept, shown, never sent by itself again. */
  async park(sequence: number, reason: string): Promise<void> {
    this.#transaction(() => this.#run("UPDATE outbox SET state = 'parked', reason = @reason WHERE sequence = @sequence", { sequence, reason }));
  }

  /** At start: what was in flight may or may not have arrived; it is sent again, unchanged. */
  async returnInFlight(): Promise<void> {
    this.#transaction(() => this.#run("UPDATE outbox SET state = 'pending' WHERE state = 'in_flight'", {}));
  }

  /** Newer ones may have gone meanwhile. */
  async releaseHeld(account: string): Promise<void> {
    this.#transaction(() => {
      const sql = "UPDATE outbox SET state = 'pending', reason = NULL WHERE account = ? AND state = 'held'";
      if (this.#db.prepare(sql).run(account).changes > 0) this.#renumber(account);
    });
  }

  /** At the student's word, refused events are offered once more, as new ones. */
  async releaseParked(account: string): Promise<void> {
    this.#transaction(() => {
      const sql = "UPDATE outbox SET state = 'pending', failures = 0, reason = NULL WHERE account = ? AND state = 'parked'";
      if (this.#db.prepare(sql).run(account).changes > 0) this.#renumber(account);
    });
  }

  /**
   * This disk was copied or put back: another machine, or an earlier run, has used these sequences. A new install id, and
   * everything that waits is numbered anew under it. Sending what had arrived a second time changes nothing.
   */
  async fork(): Promise<void> {
    this.#transaction(() => {
      const sequences = this.#db.prepare('SELECT sequence FROM outbox ORDER BY sequence').pluck().all();
      const renumber = this.#db.prepare(
        "UPDATE outbox SET sequence = ?, frozen = 0, state = CASE state WHEN 'in_flight' THEN 'pending' ELSE state END WHERE sequence = ?",
      );
      // By way of negative numbers, so that no two rows meet on one.
      sequences.forEach((sequence, index) => renumber.run(-index - 1, sequence));
      sequences.forEach((_, index) => renumber.run(index + 1, -index - 1));
      this.#install();
      this.#run('UPDATE install SET id = @id, next_sequence = @next', { id: this.#newId(), next: sequences.length + 1 });
    });
  }

  /** What waits becomes new events, in the order they had. */
  #renumber(account: string): void {
    const sql = "SELECT sequence FROM outbox WHERE account = ? AND state IN ('pending', 'held') ORDER BY sequence";
    const waiting = this.#db.prepare(sql).pluck().all(account);
    for (const sequence of waiting) this.#run('UPDATE outbox SET sequence = @next, frozen = 0 WHERE sequence = @sequence', { sequence, next: this.#nextSequence() });
  }

  /** A new event behind all others, one with what waits of its sitting: the order within a sitting stays. */
  #sendLast(account: string, event: OutboxEvent): void {
    const { timelineId, sessionId, epoch } = sittingOf(event);
    const sql = `SELECT sequence, snapshot FROM outbox
      WHERE account = ? AND timeline_id = ? AND session_id = ? AND epoch = ? AND state = 'pending' ORDER BY sequence`;
    const rows = this.#db.prepare(sql).all(account, timelineId, sessionId, epoch).map((row) => waitingRow.parse(row));
    const last = rows.pop();
    if (!last) return;
    const bodies = [...rows, last].map(({ snapshot }) => JSON.parse(snapshot) as unknown);
    const whole = bodies.reduce((earlier, later) => (event.kind === 'noted' ? later : joinSnapshots(earlier as SessionSnapshot, later as SessionSnapshot)));
    const moved = { sequence: this.#nextSequence(), snapshot: JSON.stringify(whole), last: last.sequence, failures: stubbornFailures };
    for (const { sequence } of rows) this.#run('DELETE FROM outbox WHERE sequence = @sequence', { sequence });
    this.#run('UPDATE outbox SET sequence = @sequence, snapshot = @snapshot, frozen = 0, failures = @failures WHERE sequence = @last', moved);
  }

  #enqueue(account: string, kind: OutboxEvent['kind'], sitting: Sitting, recordedAt: RecordedAt, whole: (latest: unknown) => object): void {
    const latest = this.#latest(account, sitting);
    const row = { sequence: this.#nextSequence(), snapshot: JSON.stringify(whole(latest?.body)), recordedAt: JSON.stringify(recordedAt) };
    if (latest?.open) {
      this.#run('UPDATE outbox SET sequence = @sequence, snapshot = @snapshot, recorded_at = @recordedAt, failures = 0 WHERE sequence = @last', { ...row, last: latest.sequence });
      return;
    }
    this.#run(
      `INSERT INTO outbox (sequence, account, kind, timeline_id, session_id, epoch, snapshot, recorded_at, state)
       VALUES (@sequence, @account, @kind, @timelineId, @sessionId, @epoch, @snapshot, @recordedAt, 'pending')`,
      { ...row, account, kind, ...sitting },
    );
  }

  /** The newest row of a sitting; `open` while it was never sent. */
  #latest(account: string, { timelineId, sessionId, epoch }: Sitting) {
    const sql = `SELECT sequence, snapshot, state, frozen FROM outbox
      WHERE account = ? AND timeline_id = ? AND session_id = ? AND epoch = ? ORDER BY sequence DESC LIMIT 1`;
    const row = this.#db.prepare(sql).get(account, timelineId, sessionId, epoch);
    if (row === undefined) return null;
    const { sequence, state, frozen, snapshot } = latestRow.parse(row);
    return { sequence, open: state === 'pending' && frozen === 0, body: JSON.parse(snapshot) as unknown };
  }

  #nextSequence(): number {
    const { next_sequence } = this.#install();
    this.#run('UPDATE install SET next_sequence = next_sequence + 1', {});
    return next_sequence;
  }

  #install(): z.output<typeof installRow> {
    const select = this.#db.prepare('SELECT id, next_sequence FROM install');
    const row = select.get();
    if (row !== undefined) return installRow.parse(row);
    // A salvaged outbox comes with sequences of its own.
    this.#run('INSERT INTO install (one, id, next_sequence) SELECT 1, @id, coalesce(max(sequence), 0) + 1 FROM outbox', { id: this.#newId() });
    return installRow.parse(select.get());
  }

  #run(sql: string, values: Record<string, unknown>): void {
    this.#db.prepare(sql).run(values);
  }

  #transaction<Result>(work: () => Result): Result {
    return guarded('ledger', () => this.#db.transaction(work).immediate());
  }
}
