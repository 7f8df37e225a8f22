import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { NoteRow, ProgressBatch, ProgressBatchResponse, ProgressEvent, ProgressPull, ProgressRow } from '../../shared/api/progress.ts';
import { dateOfEvent, maxBatchEvents } from '../../shared/api/progress.ts';
import { emptyProgress, foldProgress, stateOfSnapshot, type PositionStamp, type ProgressState, type SessionSnapshot } from '../../shared/models/progress.ts';
import type { Store } from '../store/database.ts';
import { findNote, notesSince, takeNote } from './notes.ts';

const pullRows = 500;

export interface ProgressLedger {
  /** Takes a batch in one transaction; each event has its own outcome. */
  take(personId: string, batch: ProgressBatch): Promise<ProgressBatchResponse>;
  /** The student's progress and notes changed since a cursor. */
  since(personId: string, cursor: number): Promise<ProgressPull>;
}

type Outcome = ProgressBatchResponse['results'][number];

/** What a batch changed, by id. */
interface Touched {
  readonly progress: Map<string, ProgressRow>;
  readonly notes: Map<string, NoteRow>;
}

/** @param say told why an event was put off */
export function createProgressLedger(store: Store, now: () => number, say: (sentence: string) => void): ProgressLedger {
  return {
    take: (personId, batch) =>
      store.transaction().execute(async (transaction) => {
        const touched: Touched = { progress: new Map(), notes: new Map() };
        const results: Outcome[] = [];
        const failures: unknown[] = [];
        for (const event of batch.events.toSorted((a, b) => a.sequence - b.sequence)) {
          const taken = await takenOrUndone(transaction, () => takeEvent(transaction, personId, batch, event, now(), touched));
          if ('failure' in taken) failures.push(taken.failure);
          results.push('outcome' in taken ? taken.outcome : { sequence: event.sequence, outcome: 'retry', reason: 'the server failed on it' });
        }
        // When nothing goes, it is the server and no one event.
        if (failures.length === results.length) throw failures[0];
        for (const failure of failures) say(`An event of ${personId} was put off: ${String(failure)}`);
        return {
          ...{ nonce: batch.nonce, serverTime: now(), results, retryAfter: null, maxBatch: maxBatchEvents },
          ...{ progress: [...touched.progress.values()], notes: [...touched.notes.values()] },
        };
      }),

    since: async (personId, cursor) => {
      const rows = await store
        .selectFrom('progress')
        .selectAll()
        .where('person_id', '=', personId)
        .where('version', '>', cursor)
        .orderBy('version')
        .limit(pullRows + 1)
        .execute();
      const notes = await notesSince(store, personId, cursor, pullRows + 1);
      // Both count by one counter; a page ends where the shorter of two full ones does, or a row would be jumped over.
      const versions = [...rows, ...notes].map(({ version }) => Number(version)).sort((a, b) => a - b);
      const last = versions.slice(0, pullRows).at(-1) ?? cursor;
      return {
        progress: rows.filter(({ version }) => Number(version) <= last).map(rowOnWire),
        notes: notes.filter(({ version }) => version <= last),
        cursor: last,
        more: versions.length > pullRows,
      };
    },
  };
}

/** A savepoint for each event: one that fails is undone alone, and its neighbours stay. */
async function takenOrUndone(transaction: Store, take: () => Promise<Outcome>): Promise<{ outcome: Outcome } | { failure: unknown }> {
  await sql`SAVEPOINT one_event`.execute(transaction);
  try {
    const outcome = await take();
    await sql`RELEASE SAVEPOINT one_event`.execute(transaction);
    return { outcome };
  } catch (failure) {
    await sql`ROLLBACK TO SAVEPOINT one_event`.execute(transaction);
    await sql`RELEASE SAVEPOINT one_event`.execute(transaction);
    return { failure };
  }
}

async function takeEvent(store: Store, personId: string, batch: ProgressBatch, event: ProgressEvent, now: number, touched: Touched): Promise<Outcome> {
  const { sequence } = event;
  const outcome = (name: Outcome['outcome'], reason: string | null = null): Outcome => ({ sequence, outcome: name, reason });
  const bodyHash = createHash('sha256').update(JSON.stringify({ personId, event })).digest('hex');
  const seen = await store
    .selectFrom('progress_events')
    .select('body_hash')
    .where('install_id', '=', batch.installId)
    .where('sequence', '=', sequence)
    .executeTakeFirst();
  if (seen && seen.body_hash !== bodyHash) return outcome('fork', 'another event has this sequence');
  if (seen) {
    await tellNote(store, personId, event, touched);
    return outcome('duplicate');
  }
  if (await isBelowWatermark(store, personId, batch.installId, sequence)) return outcome('fork', 'below what this installation sent before');

  const { lessonId, timelineId } = event.kind === 'noted' ? event.note : event.snapshot;
  const lesson = await store.selectFrom('lessons').select(['duration_ms', 'timeline_id', 'course_id']).where('id', '=', lessonId).executeTakeFirst();
  if (!lesson) return outcome('reject', 'unknown lesson');
  if (lesson.timeline_id !== timelineId) return outcome('reject', 'unknown timeline');
  // An enrolment that ended since does not lose what was watched or written while it lasted.
  const enrolment = await store.selectFrom('enrolments').select('since').where('person_id', '=', personId).where('course_id', '=', lesson.course_id).executeTakeFirst();
  if (!enrolment) return outcome('reject', 'never enrolled');

  await store
    .insertInto('progress_events')
    .values({ install_id: batch.installId, sequence, person_id: personId, body_hash: bodyHash, received_at: now })
    .execute();
  const stamp = { at: dateOfEvent(event.recordedAt, batch.sentAt, now), installId: batch.installId, sequence };
  if (event.kind === 'noted') {
    const { row, kept } = await takeNote(store, personId, { ...event.note, stamp }, () => nextVersion(store, personId));
    touched.notes.set(row.noteId, row);
    return kept ? outcome('applied') : outcome('superseded', 'written anew since');
  }
  const row = await takeSnapshot(store, personId, event.snapshot, stamp, lesson.duration_ms);
  if (!row) return outcome('superseded', 'started over since');
  touched.progress.set(timelineId, row);
  return outcome('applied');
}

/** Notes are not joined at the other end, so whoever asks again is told again. */
async function tellNote(store: Store, personId: string, event: ProgressEvent, touched: Touched): Promise<void> {
  if (event.kind !== 'noted') return;
  const row = await findNote(store, personId, event.note.noteId);
  if (row) touched.notes.set(row.noteId, row);
}

/** Null when the student started over since. */
async function takeSnapshot(store: Store, personId: string, snapshot: SessionSnapshot, stamp: PositionStamp, durationMs: number): Promise<ProgressRow | null> {
  const { timelineId, lessonId } = snapshot;
  const before = await store.selectFrom('progress').select('state').where('person_id', '=', personId).where('timeline_id', '=', timelineId).executeTakeFirst();
  const state = before ? (JSON.parse(before.state) as ProgressState) : emptyProgress;
  if (snapshot.epoch < state.epoch) return null;
  const next = foldProgress(state, stateOfSnapshot(snapshot, durationMs, stamp), durationMs);
  const row = {
    ...{ person_id: personId, timeline_id: timelineId, lesson_id: lessonId },
    ...{ state: JSON.stringify(next), version: await nextVersion(store, personId) },
  };
  await store
    .insertInto('progress')
    .values(row)
    .onConflict((conflict) => conflict.columns(['person_id', 'timeline_id']).doUpdateSet(row))
    .execute();
  return rowOnWire(row);
}

/**
 * An installation numbers its events upwards and sends each student's in order, so a new number below one that was taken means that
 * this disk was copied or put back. Gaps left by rejected events are no reason to think so: only the numbers taken count.
 */
async function isBelowWatermark(store: Store, personId: string, installId: string, sequence: number): Promise<boolean> {
  const { newest } = await store
    .selectFrom('progress_events')
    .select(({ fn }) => fn.max('sequence').as('newest'))
    .where('install_id', '=', installId)
    .where('person_id', '=', personId)
    .executeTakeFirstOrThrow();
  return newest !== null && sequence < Number(newest);
}

async function nextVersion(store: Store, personId: string): Promise<number> {
  const row = await store
    .insertInto('progress_versions')
    .values({ person_id: personId, version: 1 })
    .onConflict((conflict) => conflict.column('person_id').doUpdateSet(({ eb }) => ({ version: eb('progress_versions.version', '+', 1) })))
    .returning('version')
    .executeTakeFirstOrThrow();
  return Number(row.version);
}

function rowOnWire(row: { timeline_id: string; lesson_id: string; state: string; version: number }): ProgressRow {
  const { epoch, ranges, sessions, done, position } = JSON.parse(row.state) as ProgressState;
  return {
    lessonId: row.lesson_id,
    timelineId: row.timeline_id,
    epoch,
    ranges: ranges.map(([start, end]) => [start, end]),
    sessions: [...sessions],
    done,
    position: position ? { ms: position.ms, stamp: { ...position.stamp } } : null,
    version: Number(row.version),
  };
}
