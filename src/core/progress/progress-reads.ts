import { z } from 'zod';
import type { Connection } from '../database/connection.ts';
import { guarded } from '../database/failures.ts';
import { eventColumns, readEvent, readNote, readTimeline, stubbornFailures, timelineColumns, type KnownNote, type NotedEvent, type OutboxEvent, type Timeline, type WatchedEvent } from './progress-rows.ts';

const syncRow = z.object({ cursor: z.int(), last_sent_at: z.int().nullable() });
/** Events that were sent to the end of the row for their failures are older than they look. */
const asRecorded = `failures < ${stubbornFailures}, CASE WHEN failures >= ${stubbornFailures} THEN json_extract(recorded_at, '$.wallMs') END, sequence`;
const countRow = z.object({ waiting: z.int(), parked: z.int() });

/** What the ledger knows of one account's progress. */
export class ProgressReads {
  readonly #db: Connection;

  constructor(db: Connection) {
    this.#db = db;
  }

  async timelines(account: string): Promise<Timeline[]> {
    const sql = `SELECT ${timelineColumns} FROM progress WHERE account = ?`;
    return guarded('ledger', () => this.#db.prepare(sql).all(account)).map(readTimeline);
  }

  async timeline(account: string, timelineId: string): Promise<Timeline | null> {
    const sql = `SELECT ${timelineColumns} FROM progress WHERE account = ? AND timeline_id = ?`;
    const row = guarded('ledger', () => this.#db.prepare(sql).get(account, timelineId));
    return row === undefined ? null : readTimeline(row);
  }

  /** What was watched, in the order it was recorded. */
  async events(account: string): Promise<WatchedEvent[]> {
    const sql = `SELECT ${eventColumns} FROM outbox WHERE account = ? AND kind = 'watched' ORDER BY ${asRecorded}`;
    return guarded('ledger', () => this.#db.prepare(sql).all(account)).map(readEvent).filter(isWatched);
  }

  async eventsOf(account: string, timelineId: string): Promise<WatchedEvent[]> {
    const sql = `SELECT ${eventColumns} FROM outbox WHERE account = ? AND timeline_id = ? AND kind = 'watched' ORDER BY ${asRecorded}`;
    return guarded('ledger', () => this.#db.prepare(sql).all(account, timelineId)).map(readEvent).filter(isWatched);
  }

  /** What was written, in the order it was recorded. */
  async noteEvents(account: string): Promise<NotedEvent[]> {
    const sql = `SELECT ${eventColumns} FROM outbox WHERE account = ? AND kind = 'noted' ORDER BY sequence`;
    return guarded('ledger', () => this.#db.prepare(sql).all(account)).map(readEvent).filter(isNoted);
  }

  async notes(account: string): Promise<KnownNote[]> {
    return guarded('ledger', () => this.#db.prepare('SELECT note, version FROM notes WHERE account = ?').all(account)).map(readNote);
  }

  async newestEvents(account: string, limit: number): Promise<OutboxEvent[]> {
    const sql = `SELECT ${eventColumns} FROM outbox WHERE account = ? ORDER BY sequence DESC LIMIT ?`;
    return guarded('ledger', () => this.#db.prepare(sql).all(account, limit)).map(readEvent);
  }

  async counts(account: string): Promise<{ waiting: number; parked: number }> {
    const sql = `SELECT count(*) FILTER (WHERE state <> 'parked') AS waiting, count(*) FILTER (WHERE state = 'parked') AS parked
      FROM outbox WHERE account = ?`;
    return countRow.parse(guarded('ledger', () => this.#db.prepare(sql).get(account)));
  }

  async sync(account: string): Promise<{ cursor: number; lastSentAt: number | null }> {
    const row = guarded('ledger', () => this.#db.prepare('SELECT cursor, last_sent_at FROM progress_sync WHERE account = ?').get(account));
    if (row === undefined) return { cursor: 0, lastSentAt: null };
    const { cursor, last_sent_at } = syncRow.parse(row);
    return { cursor, lastSentAt: last_sent_at };
  }
}

function isWatched(event: OutboxEvent): event is WatchedEvent {
  return event.kind === 'watched';
}

function isNoted(event: OutboxEvent): event is NotedEvent {
  return event.kind === 'noted';
}
