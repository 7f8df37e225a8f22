import { z } from 'zod';
import { progressRowSchema, recordedAtSchema, type ProgressRow, type RecordedAt } from '../../shared/api/progress.ts';
import { sessionSnapshotSchema, type SessionSnapshot } from '../../shared/models/progress.ts';
import type { Connection } from '../database/connection.ts';

export interface OutboxRow {
  readonly sequence: number;
  readonly state: 'pending' | 'sending' | 'held' | 'parked';
  readonly reason: string | null;
  readonly snapshot: SessionSnapshot;
  readonly durationMs: number;
  readonly recordedAt: RecordedAt;
}

export interface ServerRow {
  readonly row: ProgressRow;
  readonly updatedAt: number;
}

const outboxRow = z.object({
  sequence: z.int(),
  state: z.enum(['pending', 'sending', 'held', 'parked']),
  reason: z.string().nullable(),
  snapshot: z.string(),
  duration_ms: z.int(),
  recorded_at: z.string(),
});
const serverRow = z.object({ state: z.string(), updated_at: z.int() });
const installRow = z.object({ install_id: z.string(), next_sequence: z.int() });

/** Progress and outbox in the ledger. Each method is one transaction. */
export class ProgressRepository {
  readonly #db: Connection;

  constructor(db: Connection) {
    this.#db = db;
  }

  /** At the start of the program: what was being sent may or may not have arrived; it is sent again. */
  async returnInFlight(): Promise<void> {
    this.#db.prepare(`UPDATE outbox SET state = 'pending' WHERE state = 'sending'`).run();
  }

  async installId(): Promise<string> {
    return installRow.parse(this.#db.prepare('SELECT install_id, next_sequence FROM installation').get()).install_id;
  }

  /** Puts a report into the outbox: into the row of its sitting unless that was sent already. */
  async record(account: string, snapshot: SessionSnapshot, durationMs: number, recordedAt: RecordedAt): Promise<void> {
    this.#db
      .transaction(() => {
        const changed = this.#db
          .prepare(
            `UPDATE outbox SET snapshot = ?, recorded_at = ?, duration_ms = ?
             WHERE account = ? AND session_id = ? AND timeline_id = ? AND epoch = ? AND frozen = 0 AND state = 'pending'`,
          )
          .run(JSON.stringify(snapshot), JSON.stringify(recordedAt), durationMs, account, snapshot.sessionId, snapshot.timelineId, snapshot.epoch);
        if (changed.changes > 0) return;
        const { next_sequence: sequence } = installRow.parse(this.#db.prepare('SELECT install_id, next_sequence FROM installation').get());
        this.#db.prepare('UPDATE installation SET next_sequence = next_sequence + 1').run();
        this.#db
          .prepare(
            `INSERT INTO outbox (sequence, account, session_id, timeline_id, lesson_id, epoch, state, snapshot, duration_ms, recorded_at)
             VALUES (?, ?, ?, ?, ?, ?, 'pending', ?, ?, ?)`,
          )
          .run(sequence, account, snapshot.sessionId, snapshot.timelineId, snapshot.lessonId, snapshot.epoch, JSON.stringify(snapshot), durationMs, JSON.stringify(recordedAt));
      })
      .immediate();
  }

  /** In order of sequence. */
  async outbox(account: string): Promise<OutboxRow[]> {
    return this.#db.prepare('SELECT * FROM outbox WHERE account = ? ORDER BY sequence').all(account).map(readOutbox);
  }

  /** Freezes and gives the next rows to send. */
  async take(account: string, limit: number): Promise<OutboxRow[]> {
    return this.#db
      .transaction(() => {
        const rows = this.#db.prepare(`SELECT * FROM outbox WHERE account = ? AND state = 'pending' ORDER BY sequence LIMIT ?`).all(account, limit).map(readOutbox);
        const freeze = this.#db.prepare(`UPDATE outbox SET state = 'sending', frozen = 1 WHERE sequence = ?`);
        for (const { sequence } of rows) freeze.run(sequence);
        return rows;
      })
      .immediate();
  }

  /** Back to waiting, still frozen. */
  async putBack(sequences: readonly number[], state: 'pending' | 'held', reason: string | null): Promise<void> {
    const update = this.#db.prepare('UPDATE outbox SET state = ?, reason = ? WHERE sequence = ?');
    this.#db.transaction(() => sequences.forEach((sequence) => update.run(state, reason, sequence))).immediate();
  }

  /** Held events may go again, after a new sign-in. */
  async releaseHeld(account: string): Promise<void> {
    this.#db.prepare(`UPDATE outbox SET state = 'pending', reason = NULL WHERE account = ? AND state = 'held'`).run(account);
  }

  /** The server's word on a batch: acknowledged rows go, refused ones are parked, its state replaces ours. All or nothing. */
  async settle(
    account: string,
    verdict: { acknowledged: readonly number[]; parked: readonly { sequence: number; reason: string }[]; retry: readonly number[]; progress: readonly ProgressRow[] },
    now: number,
  ): Promise<void> {
    this.#db
      .transaction(() => {
        const remove = this.#db.prepare('DELETE FROM outbox WHERE sequence = ?');
        for (const sequence of verdict.acknowledged) remove.run(sequence);
        const park = this.#db.prepare(`UPDATE outbox SET state = 'parked', reason = ? WHERE sequence = ?`);
        for (const { sequence, reason } of verdict.parked) park.run(reason, sequence);
        const back = this.#db.prepare(`UPDATE outbox SET state = 'pending' WHERE sequence = ?`);
        for (const sequence of verdict.retry) back.run(sequence);
        for (const row of verdict.progress) this.#saveServerRow(account, row, now);
        if (verdict.acknowledged.length > 0) this.#db.prepare('INSERT OR REPLACE INTO sync_state (account, last_sent_at) VALUES (?, ?)').run(account, now);
      })
      .immediate();
  }

  /** This disk was copied or put back: a new install id, and every row that waits gets a new number under it. */
  async fork(newInstallId: string): Promise<void> {
    this.#db
      .transaction(() => {
        const rows = this.#db.prepare('SELECT sequence FROM outbox ORDER BY sequence').pluck().all().map(Number);
        const renumber = this.#db.prepare(`UPDATE outbox SET sequence = ?, state = CASE state WHEN 'sending' THEN 'pending' ELSE state END WHERE sequence = ?`);
        // Downwards into negative numbers first, so that no two rows meet on one number.
        rows.forEach((sequence, index) => renumber.run(-index - 1, sequence));
        rows.forEach((_, index) => renumber.run(index + 1, -index - 1));
        this.#db.prepare('UPDATE installation SET install_id = ?, next_sequence = ?').run(newInstallId, rows.length + 1);
      })
      .immediate();
  }

  async serverRows(account: string): Promise<ServerRow[]> {
    return this.#db.prepare('SELECT state, updated_at FROM server_progress WHERE account = ?').all(account).map((found) => {
      const { state, updated_at } = serverRow.parse(found);
      return { row: progressRowSchema.parse(JSON.parse(state)), updatedAt: updated_at };
    });
  }

  async pulled(account: string, rows: readonly ProgressRow[], cursor: number, now: number): Promise<void> {
    this.#db
      .transaction(() => {
        for (const row of rows) this.#saveServerRow(account, row, now);
        this.#db.prepare('INSERT OR REPLACE INTO pull_cursors (account, cursor) VALUES (?, ?)').run(account, cursor);
      })
      .immediate();
  }

  async cursor(account: string): Promise<number> {
    return Number(this.#db.prepare('SELECT cursor FROM pull_cursors WHERE account = ?').pluck().get(account) ?? 0);
  }

  async lastSentAt(account: string): Promise<number | null> {
    const at = this.#db.prepare('SELECT last_sent_at FROM sync_state WHERE account = ?').pluck().get(account);
    return at === undefined ? null : Number(at);
  }

  /** A pull that was overtaken by a newer answer must not set the state back. */
  #saveServerRow(account: string, row: ProgressRow, now: number): void {
    this.#db
      .prepare(
        `INSERT INTO server_progress (account, timeline_id, lesson_id, state, version, updated_at) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (account, timeline_id) DO UPDATE SET state = excluded.state, version = excluded.version, updated_at = excluded.updated_at
         WHERE excluded.version > server_progress.version`,
      )
      .run(account, row.timelineId, row.lessonId, JSON.stringify(row), row.version, now);
  }
}

function readOutbox(found: unknown): OutboxRow {
  const { sequence, state, reason, snapshot, duration_ms, recorded_at } = outboxRow.parse(found);
  return {
    ...{ sequence, state, reason, durationMs: duration_ms },
    snapshot: sessionSnapshotSchema.parse(JSON.parse(snapshot)),
    recordedAt: recordedAtSchema.parse(JSON.parse(recorded_at)),
  };
}
