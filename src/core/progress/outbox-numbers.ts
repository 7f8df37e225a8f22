import { z } from 'zod';
import type { Connection } from '../database/connection.ts';
import { ofSitting } from '../database/stored-event.ts';
import { eventColumns, readSaying, storeSaying, stubbornFailures, type OutboxEvent } from './progress-rows.ts';
import { joined, sittingOf, type Sitting } from './sitting.ts';

/** What waits, and the newest of its sitting that is under way. */
const overtakes = `SELECT waiting.sequence AS sequence, max(other.sequence) AS newer FROM outbox AS other CROSS JOIN outbox AS waiting
  ON substr(waiting.session_id, -6) = substr(other.session_id, -6) AND substr(waiting.timeline_id, -6) = substr(other.timeline_id, -6)
    AND waiting.session_id = other.session_id AND waiting.epoch = other.epoch AND waiting.timeline_id = other.timeline_id AND waiting.account = other.account
  WHERE other.account = ? AND other.state = 'in_flight' AND waiting.state IN ('pending', 'held') AND waiting.sequence < other.sequence
  GROUP BY waiting.sequence`;

const installRow = z.object({ id: z.string(), next_sequence: z.int() });
const waitingRow = z.object({ sequence: z.int() });
const overtakingRow = z.object({ sequence: z.int(), newer: z.int() });

/** The numbers of events and whose they are. Everything here happens within a transaction of the caller's. */
export class OutboxNumbers {
  readonly #db: Connection;
  readonly #newId: () => string;

  constructor({ database, newId }: { database: Connection; newId: () => string }) {
    this.#db = database;
    this.#newId = newId;
  }

  /** The next sequence, taken. */
  next(): number {
    const { next_sequence } = this.install();
    this.#run('UPDATE install SET next_sequence = next_sequence + 1', {});
    return next_sequence;
  }

  /** Whose sequences these are, and the next of them. */
  install(): z.output<typeof installRow> {
    const select = this.#db.prepare('SELECT id, next_sequence FROM install');
    const row = select.get();
    if (row !== undefined) return installRow.parse(row);
    // A salvaged outbox comes with sequences of its own.
    this.#run('INSERT INTO install (one, id, next_sequence) SELECT 1, @id, coalesce(max(sequence), 0) + 1 FROM outbox', { id: this.#newId() });
    return installRow.parse(select.get());
  }

  /**
   * What waits becomes new events, in the order they had; what was refused after it of the same sitting stays after it. What is
   * under way keeps its number: an event that comes to lie behind it says what it says, for the word on the later one settles both.
   */
  renumber(account: string): void {
    for (const row of this.#db.prepare(overtakes).all(account)) {
      const { sequence, newer } = overtakingRow.parse(row);
      const rows = [sequence, newer].map((one) => this.#db.prepare(`SELECT ${eventColumns} FROM outbox WHERE sequence = ?`).get(one));
      const body = storeSaying(rows.map(readSaying).reduce(joined));
      this.#run('UPDATE outbox SET body = @body, recorded_at = (SELECT recorded_at FROM outbox WHERE sequence = @newer), dated_at = NULL WHERE sequence = @sequence', { sequence, newer, body });
    }
    const sql = "SELECT sequence FROM outbox WHERE account = ? AND state IN ('pending', 'held')";
    const waiting = this.#db.prepare(sql).pluck().all(account).map(Number);
    this.#numberAnew([...waiting, ...this.#refusedSince(account)].sort((a, b) => a - b));
  }

  #numberAnew(sequences: readonly number[]): void {
    for (const sequence of sequences) this.#run('UPDATE outbox SET sequence = @next, frozen = 0 WHERE sequence = @sequence', { sequence, next: this.next() });
  }

  /**
   * Refused events with an earlier one of their sitting that waits on: the last of a sitting is all there is to know. Not one that
   * the student has left behind, which its sequence tells (see shown-progress.ts).
   */
  #refusedSince(account: string, sitting: Sitting | null = null): number[] {
    const sql = `SELECT sequence FROM outbox AS own WHERE account = @account AND state = 'parked' ${sitting ? `AND ${ofSitting}` : ''}
      AND EXISTS (SELECT 1 FROM outbox AS earlier WHERE substr(earlier.timeline_id, -6) = substr(own.timeline_id, -6) AND substr(earlier.session_id, -6) = substr(own.session_id, -6)
        AND earlier.account = own.account AND earlier.timeline_id = own.timeline_id AND earlier.session_id = own.session_id AND earlier.epoch = own.epoch AND earlier.kind = own.kind AND earlier.state IN ('pending', 'held') AND earlier.sequence < own.sequence)
      AND NOT (kind = 'watched' AND EXISTS (SELECT 1 FROM progress, install WHERE progress.account = own.account AND progress.timeline_id = own.timeline_id
        AND progress.state ->> '$.position.stamp.installId' = install.id AND progress.state ->> '$.position.stamp.sequence' > own.sequence))
      ORDER BY sequence`;
    return this.#db.prepare(sql).pluck().all({ account, ...sitting }).map(Number);
  }

  /** A new event behind all others, one with what waits of its sitting: the order within a sitting stays. */
  sendLast(account: string, event: OutboxEvent): void {
    const sql = `SELECT ${eventColumns} FROM outbox WHERE ${ofSitting} AND state = 'pending' ORDER BY sequence`;
    const rows = this.#db.prepare(sql).all({ account, ...sittingOf(event) });
    const sequences = rows.map((row) => waitingRow.parse(row).sequence);
    const last = sequences.pop();
    if (last === undefined) return;
    const refused = this.#refusedSince(account, sittingOf(event));
    const whole = rows.map(readSaying).reduce(joined);
    const moved = { sequence: this.next(), body: storeSaying(whole), last, failures: stubbornFailures };
    for (const sequence of sequences) this.#run('DELETE FROM outbox WHERE sequence = @sequence', { sequence });
    this.#run('UPDATE outbox SET sequence = @sequence, body = @body, frozen = 0, failures = @failures WHERE sequence = @last', moved);
    this.#numberAnew(refused);
  }

  /** A new install id, and all that waits numbered anew under it. */
  fork(): void {
    const sequences = this.#db.prepare('SELECT sequence FROM outbox ORDER BY sequence').pluck().all();
    const renumber = this.#db.prepare(
      "UPDATE outbox SET sequence = ?, frozen = 0, state = CASE state WHEN 'in_flight' THEN 'pending' ELSE state END WHERE sequence = ?",
    );
    // By way of negative numbers, so that no two rows meet on one.
    sequences.forEach((sequence, index) => renumber.run(-index - 1, sequence));
    sequences.forEach((_, index) => renumber.run(index + 1, -index - 1));
    this.install();
    this.#run('UPDATE install SET id = @id, next_sequence = @next', { id: this.#newId(), next: sequences.length + 1 });
  }

  #run(sql: string, values: Record<string, unknown>): void {
    this.#db.prepare(sql).run(values);
  }
}
