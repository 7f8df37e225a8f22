import { maxBatchEvents, usualReturnWindow, type ProgressBatch, type ProgressBatchResponse, type ProgressPull } from '../../shared/api/progress.ts';
import type { Store } from '../store/database.ts';
import { inTransaction, takeTurn } from '../store/transactions.ts';
import { choicesSince } from './choices.ts';
import { historyOf } from './history.ts';
import { notesSince } from './notes.ts';
import { takeEvents } from './progress-intake.ts';
import { rowOnWire, turnOf } from './progress-rows.ts';

const pullRows = 500;
/** A page is read in one go at the other end: no more of rows than takes a few milliseconds there. */
const pullBytes = 64 * 1024;
/** So many machines a second may come back when a school's line does. */
const returnsPerSecond = 50;
const longestReturnWindow = 300;

export interface ProgressLedger {
  /** Takes a batch in one transaction; each event has its own outcome. `sentDate` is when it was sent, if that was not now. */
  take(personId: string, batch: ProgressBatch, sentDate?: number): Promise<ProgressBatchResponse>;
  /** The student's progress and notes changed since a cursor. */
  since(personId: string, cursor: number): Promise<ProgressPull>;
}

/** @param say told why an event was put off */
export function createProgressLedger(store: Store, now: () => number, say: (sentence: string) => void): ProgressLedger {
  const history = historyOf(store);
  return {
    take: async (personId, batch, sentDate = now()) => {
      const returnWindow = await returnWindowOf(store);
      const ours = await history();
      return inTransaction(store, async (transaction) => {
        // One batch of a student at a time: what a later one meets is all of an earlier one, and versions are seen in their order.
        await takeTurn(transaction, turnOf(personId));
        const receivedAt = now();
        const intake = { personId, installId: batch.installId, sentAt: batch.sentAt, sentDate: Math.min(sentDate, receivedAt), receivedAt };
        const events = batch.events.toSorted((a, b) => a.sequence - b.sequence);
        const { results, progress, notes, choices, failures } = await takeEvents(transaction, intake, events);
        // When nothing goes, it is the server and no one event.
        if (failures.length === results.length) throw failures[0];
        for (const failure of failures) say(`An event of ${personId} was put off: ${String(failure)}`);
        return {
          ...{ nonce: batch.nonce, serverTime: receivedAt, results: [...results], retryAfter: null, returnWindow, maxBatch: maxBatchEvents, history: ours },
          ...{ progress: [...progress], notes: [...notes], choices: [...choices] },
        };
      });
    },

    since: async (personId, cursor) => {
      // Read first: what is written between the reads below has a higher version, and is of the next page.
      const newest = await newestVersion(store, personId);
      const found = await store
        .selectFrom('progress')
        .leftJoin('lessons', (join) => join.onRef('lessons.id', '=', 'progress.lesson_id').onRef('lessons.timeline_id', '=', 'progress.timeline_id'))
        .leftJoin('courses', 'courses.id', 'lessons.course_id')
        .selectAll('progress')
        .select(['lessons.duration_ms', 'courses.done_percent'])
        .where('progress.person_id', '=', personId)
        .where('progress.version', '>', cursor)
        .where('progress.version', '<=', newest)
        .orderBy('progress.version')
        .limit(pullRows + 1)
        .execute();
      const rows = withinBytes(found);
      const notes = await notesSince(store, personId, { cursor, newest }, pullRows + 1);
      const choices = await choicesSince(store, personId, { cursor, newest });
      // All count by one counter; a page ends where the shortest of full ones does, or a row would be jumped over.
      const versions = [...rows, ...notes, ...choices].map(({ version }) => Number(version)).sort((a, b) => a - b);
      const whole = rows.length === found.length ? Infinity : Number(rows.at(-1)?.version);
      const last = versions.slice(0, pullRows).findLast((version) => version <= whole) ?? cursor;
      return {
        progress: rows.filter(({ version }) => Number(version) <= last).map(rowOnWire),
        notes: notes.filter(({ version }) => version <= last),
        choices: choices.filter(({ version }) => version <= last),
        cursor: last,
        more: versions.length > pullRows || rows.length < found.length,
        history: await history(),
      };
    },
  };
}

/** The first rows of a page, at least one if there are any. */
function withinBytes<Row extends { readonly state: string }>(rows: readonly Row[]): Row[] {
  let bytes = 0;
  return rows.filter(({ state }, index) => (bytes += state.length) <= pullBytes || index === 0);
}

async function newestVersion(store: Store, personId: string): Promise<number> {
  const row = await store.selectFrom('progress_versions').select('version').where('person_id', '=', personId).executeTakeFirst();
  return row ? Number(row.version) : 0;
}

/** Seconds over which everyone at the school spreads a return. */
async function returnWindowOf(store: Store): Promise<number> {
  const { count } = await store.selectFrom('people').select(({ fn }) => fn.countAll<number>().as('count')).executeTakeFirstOrThrow();
  return Math.min(longestReturnWindow, Math.max(usualReturnWindow, Number(count) / returnsPerSecond));
}
