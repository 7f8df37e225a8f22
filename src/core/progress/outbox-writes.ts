import { setImmediate as nextTurn } from 'node:timers/promises';
import { z } from 'zod';
import type { RecordedAt } from '../../shared/api/progress.ts';
import type { Choice } from '../../shared/models/choice.ts';
import type { Note } from '../../shared/models/note.ts';
import { emptyProgress, usualDonePercent, type Extent, type SessionSnapshot } from '../../shared/models/progress.ts';
import { unionRanges } from '../../shared/models/ranges.ts';
import { inPortions } from '../base/breathe.ts';
import type { Connection } from '../database/connection.ts';
import { guarded } from '../database/failures.ts';
import { ofSitting, storeClocks } from '../database/stored-event.ts';
import { OutboxNumbers } from './outbox-numbers.ts';
import { eventColumns, readEvent, readSaying, storeSaying, stubbornFailures, type Batch, type OutboxEvent } from './progress-rows.ts';
import { park } from './refused.ts';
import { joined, sittingOf, type Saying, type Sitting } from './sitting.ts';

export interface Report {
  readonly account: string;
  readonly snapshot: SessionSnapshot;
  /** Null when the catalogue does not know the lesson. */
  readonly extent: Extent | null;
  readonly recordedAt: RecordedAt;
}

/** What an event costs on the wire besides its ids, body and clocks. */
const envelopeBytes = 220;

const sizedRow = z.object({ bytes: z.int() });
const latestRow = z.object({ sequence: z.int(), state: z.string(), frozen: z.int() });

/** The outbox: each method is one transaction (`take` one for each portion), durable when it resolves. */
export class OutboxWrites {
  readonly #db: Connection;
  readonly #numbers: OutboxNumbers;
  readonly #portion: number;

  constructor({ database, newId, portion }: { database: Connection; newId: () => string; portion: number }) {
    this.#db = database;
    this.#numbers = new OutboxNumbers({ database, newId });
    this.#portion = portion;
  }

  /**
   * Takes a report down. While the last row of its sitting was never sent, they become one row with a new sequence, so
   * that sequences follow the order of reports and a backlog grows with sittings. What makes a lesson done is taken over by
   * DoneShares, which keeps what was done before; here only with the first word of how long it is.
   */
  async record({ account, snapshot, extent, recordedAt }: Report): Promise<void> {
    this.#transaction(() => {
      const { timelineId, lessonId, positionMs, epoch } = snapshot;
      const whole = this.#enqueue(account, { kind: 'watched', snapshot: { ...snapshot, ranges: rangesOf(snapshot) } }, recordedAt);
      this.#run(
        `INSERT INTO progress (account, timeline_id, lesson_id, state, version, duration_ms, done_percent, here_ms, here_epoch, last_report, updated_at)
         VALUES (@account, @timelineId, @lessonId, @empty, 0, @durationMs, coalesce(@donePercent, @usual), @positionMs, @epoch, @lastReport, @at)
         ON CONFLICT (account, timeline_id) DO UPDATE SET duration_ms = coalesce(excluded.duration_ms, duration_ms), last_report = @lastReport,
           done_percent = CASE WHEN duration_ms IS NULL THEN coalesce(@donePercent, done_percent) ELSE done_percent END, here_ms = @positionMs, here_epoch = @epoch, updated_at = excluded.updated_at`,
        {
          ...{ account, timelineId, lessonId, positionMs, epoch, empty: JSON.stringify(emptyProgress), usual: usualDonePercent, at: recordedAt.wallMs },
          ...{ durationMs: extent?.durationMs ?? null, donePercent: extent?.donePercent ?? null },
          lastReport: whole.kind === 'watched' ? JSON.stringify({ snapshot: whole.snapshot, recordedAt }) : null,
        },
      );
    });
  }

  /** Takes a writing of a note down; it replaces one of the same note that was never sent. */
  async recordNote(account: string, note: Note, recordedAt: RecordedAt): Promise<void> {
    this.#transaction(() => this.#enqueue(account, { kind: 'noted', note }, recordedAt));
  }

  /** Takes a choice of a setting down; it replaces one of the same setting that was never sent. */
  async recordChoice(account: string, choice: Choice, recordedAt: RecordedAt): Promise<void> {
    this.#transaction(() => this.#enqueue(account, { kind: 'chose', choice }, recordedAt));
  }

  /**
   * Says something once more, as it was when it was recorded. What is already waiting to be said of the same sitting is newer
   * and keeps its date and its position.
   */
  async sayAgain(account: string, sayings: readonly { readonly saying: Saying; readonly recordedAt: RecordedAt }[]): Promise<void> {
    await inPortions(sayings, this.#portion, (portion) =>
      this.#transaction(() => {
        for (const { saying, recordedAt } of portion) {
          const latest = this.#latest(account, sittingOf(saying));
          this.#enqueue(account, latest ? joined(saying, latest.saying) : saying, latest?.recordedAt ?? recordedAt);
        }
      }),
    );
  }

  /** Freezes the next events to send, at least one if any waits, and marks them in flight. */
  async take(account: string, limit: number, maxBytes: number): Promise<Batch> {
    const events: OutboxEvent[] = [];
    let left = maxBytes;
    for (let more = true; more && events.length < limit; ) {
      await nextTurn();
      const size = Math.min(this.#portion, limit - events.length);
      const taken = this.#transaction(() => this.#freeze(account, size, left, events.length === 0));
      events.push(...taken.events);
      left -= taken.bytes;
      more = taken.events.length === size;
    }
    return { installId: this.#transaction(() => this.#numbers.install().id), events };
  }

  /** Everything not taken yet, parked and held included, frozen as it is written into a file: what follows becomes new events. */
  async freezeAll(account: string): Promise<Batch> {
    return this.#transaction(() => {
      this.#run('UPDATE outbox SET frozen = 1 WHERE account = @account', { account });
      const rows = this.#db.prepare(`SELECT ${eventColumns} FROM outbox WHERE account = ? ORDER BY sequence`).all(account);
      return { installId: this.#numbers.install().id, events: rows.map(readEvent) };
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
      if (failures >= stubbornFailures) this.#numbers.sendLast(account, event);
    });
  }

  /**
   * Newer events were taken before what still waits or is held: that goes under new sequences, in the same order, since a
   * sequence below one that was taken looks like a copied disk. Sending what had arrived a second time changes nothing.
   */
  async overtaken(account: string): Promise<void> {
    this.#transaction(() => this.#numbers.renumber(account));
  }

  /** Kept, shown, never sent by itself again. */
  async park(sequence: number, reason: string, datedAt: number): Promise<void> {
    this.#transaction(() => park(this.#db, sequence, reason, datedAt));
  }

  /** At start: what was in flight may or may not have arrived; it is sent again, unchanged. */
  async returnInFlight(): Promise<void> {
    this.#transaction(() => this.#run("UPDATE outbox SET state = 'pending' WHERE state = 'in_flight'", {}));
  }

  /** Newer ones may have gone meanwhile. */
  async releaseHeld(account: string): Promise<void> {
    this.#transaction(() => {
      const sql = "UPDATE outbox SET state = 'pending', reason = NULL WHERE account = ? AND state = 'held'";
      if (this.#db.prepare(sql).run(account).changes > 0) this.#numbers.renumber(account);
    });
  }

  /** At the student's word, refused events are offered once more, as new ones. */
  async releaseParked(account: string): Promise<void> {
    this.#transaction(() => {
      const sql = "UPDATE outbox SET state = 'pending', failures = 0, reason = NULL WHERE account = ? AND state = 'parked'";
      if (this.#db.prepare(sql).run(account).changes > 0) this.#numbers.renumber(account);
    });
  }

  /**
   * This disk was copied or put back: another machine, or an earlier run, has used these sequences. A new install id, and
   * everything that waits is numbered anew under it. Sending what had arrived a second time changes nothing.
   */
  async fork(): Promise<void> {
    this.#transaction(() => this.#numbers.fork());
  }

  /** The next so many that fit. What follows one that does not is left too: the order stays. */
  #freeze(account: string, limit: number, maxBytes: number, atLeastOne: boolean): { events: OutboxEvent[]; bytes: number } {
    const sql = `SELECT ${eventColumns}, octet_length(body) + octet_length(timeline_id) + octet_length(session_id) + octet_length(recorded_at) + ${envelopeBytes} AS bytes FROM outbox
      WHERE account = ? AND state = 'pending' ORDER BY sequence LIMIT ?`;
    const freeze = this.#db.prepare("UPDATE outbox SET state = 'in_flight', frozen = 1 WHERE sequence = ?");
    const events: OutboxEvent[] = [];
    let total = 0;
    for (const row of this.#db.prepare(sql).all(account, limit)) {
      const { bytes } = sizedRow.parse(row);
      if (total + bytes > maxBytes && !(atLeastOne && events.length === 0)) break;
      total += bytes;
      const event = readEvent(row);
      freeze.run(event.sequence);
      events.push(event);
    }
    return { events, bytes: total };
  }

  /** Gives back all that the sitting says now. */
  #enqueue(account: string, saying: Saying, recordedAt: RecordedAt): Saying {
    const sitting = sittingOf(saying);
    const latest = this.#latest(account, sitting);
    const whole = latest ? joined(latest.saying, saying) : saying;
    const row = { sequence: this.#numbers.next(), body: storeSaying(whole), recordedAt: storeClocks(recordedAt) };
    if (latest?.open) {
      this.#run('UPDATE outbox SET sequence = @sequence, body = @body, recorded_at = @recordedAt, failures = 0, dated_at = NULL WHERE sequence = @last', { ...row, last: latest.sequence });
    } else {
      this.#run(
        `INSERT INTO outbox (sequence, account, kind, timeline_id, session_id, epoch, body, recorded_at, state)
         VALUES (@sequence, @account, @kind, @timelineId, @sessionId, @epoch, @body, @recordedAt, 'pending')`,
        { ...row, account, kind: saying.kind, ...sitting },
      );
    }
    return whole;
  }

  /** The newest row of a sitting; `open` while it was never sent. */
  #latest(account: string, sitting: Sitting) {
    const sql = `SELECT ${eventColumns}, frozen FROM outbox WHERE ${ofSitting} ORDER BY sequence DESC LIMIT 1`;
    const row = this.#db.prepare(sql).get({ account, ...sitting });
    if (row === undefined) return null;
    const { sequence, state, frozen } = latestRow.parse(row);
    return { sequence, open: state === 'pending' && frozen === 0, saying: readSaying(row), recordedAt: readEvent(row).recordedAt };
  }

  #run(sql: string, values: Record<string, unknown>): void {
    this.#db.prepare(sql).run(values);
  }

  #transaction<Result>(work: () => Result): Result {
    return guarded('ledger', () => this.#db.transaction(work).immediate());
  }
}

function rangesOf({ ranges }: SessionSnapshot): [number, number][] {
  return unionRanges(ranges).map(([start, end]) => [start, end]);
}
