import { z } from 'zod';
import { usualReturnWindow } from '../../shared/api/progress.ts';
import type { Choice } from '../../shared/models/choice.ts';
import type { Connection } from '../database/connection.ts';
import { guarded } from '../database/failures.ts';
import { onTimeline } from '../database/stored-event.ts';
import { eventColumns, readChoice, readEvent, readNote, readTimeline, stubbornFailures, timelineColumns, type ChoseEvent, type KnownChoice, type KnownNote, type NotedEvent, type OutboxEvent, type Timeline, type WatchedEvent } from './progress-rows.ts';

const syncRow = z.object({ cursor: z.int(), last_sent_at: z.int().nullable(), return_window: z.number(), history: z.string().nullable() });
/** Events that were sent to the end of the row for their failures are older than they look. */
const asRecorded = `failures < ${stubbornFailures}, CASE WHEN failures >= ${stubbornFailures} THEN json_extract(recorded_at, '$[2]') END, sequence`;
const installRow = z.object({ id: z.string() });
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

  async timelineIds(account: string): Promise<string[]> {
    return guarded('ledger', () => this.#db.prepare('SELECT timeline_id FROM progress WHERE account = ?').pluck().all(account)).map(String);
  }

  /** Timelines of lessons that the catalogue did not know when they were last looked at. */
  async unmeasured(account: string): Promise<string[]> {
    return guarded('ledger', () => this.#db.prepare('SELECT timeline_id FROM progress WHERE account = ? AND duration_ms IS NULL').pluck().all(account)).map(String);
  }

  /** Timelines of which something watched was not acknowledged yet. */
  async unsent(account: string): Promise<ReadonlySet<string>> {
    const sql = "SELECT DISTINCT timeline_id FROM outbox WHERE account = ? AND kind = 'watched'";
    return new Set(guarded('ledger', () => this.#db.prepare(sql).pluck().all(account)).map(String));
  }

  async timeline(account: string, timelineId: string): Promise<Timeline | null> {
    const sql = `SELECT ${timelineColumns} FROM progress WHERE account = ? AND timeline_id = ?`;
    const row = guarded('ledger', () => this.#db.prepare(sql).get(account, timelineId));
    return row === undefined ? null : readTimeline(row);
  }

  /** What was watched of a timeline, in the order it was recorded. */
  async eventsOf(account: string, timelineId: string): Promise<WatchedEvent[]> {
    const sql = `SELECT ${eventColumns} FROM outbox WHERE ${onTimeline} AND kind = 'watched' ORDER BY ${asRecorded}`;
    return guarded('ledger', () => this.#db.prepare(sql).all({ account, timelineId })).map(readEvent).filter(isWatched);
  }

  /** What was written, in the order it was recorded. */
  async noteEvents(account: string): Promise<NotedEvent[]> {
    const sql = `SELECT ${eventColumns} FROM outbox WHERE account = ? AND kind = 'noted' ORDER BY sequence`;
    return guarded('ledger', () => this.#db.prepare(sql).all(account)).map(readEvent).filter(isNoted);
  }

  async notes(account: string): Promise<KnownNote[]> {
    return guarded('ledger', () => this.#db.prepare('SELECT note, version FROM notes WHERE account = ?').all(account)).map(readNote);
  }

  /** The student's own settings as far as the server is known to know them. */
  async knownChoices(account: string): Promise<KnownChoice[]> {
    return guarded('ledger', () => this.#db.prepare('SELECT choice, version FROM choices WHERE account = ?').all(account)).map(readChoice);
  }

  /** The student's own settings: what the server knows, what was chosen here since laid over it. */
  async choices(account: string): Promise<Choice[]> {
    const known = await this.knownChoices(account);
    const sql = `SELECT ${eventColumns} FROM outbox WHERE account = ? AND kind = 'chose' ORDER BY sequence`;
    const own = guarded('ledger', () => this.#db.prepare(sql).all(account)).map(readEvent).filter(isChosen);
    const latest = [...known, ...own].map(({ choice: { name, value } }) => [name, { name, value }] as const);
    return [...new Map(latest).values()];
  }

  /** So many that wait, or so many that were refused. */
  async newestEvents(account: string, which: 'waiting' | 'parked', limit: number): Promise<OutboxEvent[]> {
    const sql = `SELECT ${eventColumns} FROM outbox WHERE account = ? AND state ${which === 'parked' ? '=' : '<>'} 'parked' ORDER BY sequence DESC LIMIT ?`;
    return guarded('ledger', () => this.#db.prepare(sql).all(account, limit)).map(readEvent);
  }

  /** Null before anything was recorded. */
  async installId(): Promise<string | null> {
    const row = guarded('ledger', () => this.#db.prepare('SELECT id FROM install').get());
    return row === undefined ? null : installRow.parse(row).id;
  }

  async counts(account: string): Promise<{ waiting: number; parked: number }> {
    const sql = `SELECT count(*) FILTER (WHERE state <> 'parked') AS waiting, count(*) FILTER (WHERE state = 'parked') AS parked
      FROM outbox WHERE account = ?`;
    return countRow.parse(guarded('ledger', () => this.#db.prepare(sql).get(account)));
  }

  async sync(account: string): Promise<{ cursor: number; lastSentAt: number | null; returnWindow: number; history: string | null }> {
    const row = guarded('ledger', () => this.#db.prepare('SELECT cursor, last_sent_at, return_window, history FROM progress_sync WHERE account = ?').get(account));
    if (row === undefined) return { cursor: 0, lastSentAt: null, returnWindow: usualReturnWindow, history: null };
    const { cursor, last_sent_at, return_window, history } = syncRow.parse(row);
    return { cursor, lastSentAt: last_sent_at, returnWindow: return_window, history };
  }
}

function isWatched(event: OutboxEvent): event is WatchedEvent {
  return event.kind === 'watched';
}

function isNoted(event: OutboxEvent): event is NotedEvent {
  return event.kind === 'noted';
}

function isChosen(event: OutboxEvent): event is ChoseEvent {
  return event.kind === 'chose';
}
