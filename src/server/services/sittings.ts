import { countedMs, type PositionStamp, type SessionSnapshot } from '../../shared/models/progress.ts';
import { clampRanges, timeRangesSchema, unionRanges, type TimeRange } from '../../shared/models/ranges.ts';
import type { Store } from '../store/database.ts';

/** A lesson or a sitting in more pieces was not watched by anybody. */
export const mostPieces = 50_000;

/** What one student watched of a timeline in one sitting: for teachers, who want to know what was watched twice. */
export interface Sitting {
  readonly personId: string;
  readonly timelineId: string;
  readonly sessionId: string;
  readonly epoch: number;
  readonly ranges: readonly TimeRange[];
  readonly watchedMs: number;
  /** The server's date of the last report, ms since the Unix epoch. */
  readonly seenAt: number;
}

interface Report {
  readonly snapshot: SessionSnapshot;
  readonly durationMs: number;
  readonly stamp: PositionStamp;
}

/** Joins reports of one student into their sittings, in any order and any number of times. Inside the caller's transaction. */
export async function keepSittings(store: Store, personId: string, all: readonly Report[]): Promise<void> {
  // Who starts a lesson anew has not watched any of it by that.
  const reports = all.filter(({ snapshot }) => snapshot.ranges.length > 0 || snapshot.watchedMs > 0);
  if (reports.length === 0) return;
  const sittings = await sittingsOf(store, personId, reports);
  for (const { snapshot, durationMs, stamp } of reports) {
    const { timelineId, sessionId, epoch } = snapshot;
    const before = sittings.get(keyOf(snapshot));
    const ranges = unionRanges(before?.ranges ?? [], clampRanges(snapshot.ranges, durationMs));
    sittings.set(keyOf(snapshot), {
      ...{ personId, timelineId, sessionId, epoch },
      ranges: ranges.length > mostPieces ? (before?.ranges ?? []) : ranges,
      watchedMs: Math.max(before?.watchedMs ?? 0, countedMs(snapshot)),
      seenAt: Math.max(before?.seenAt ?? 0, stamp.at),
    });
  }
  const touched = new Set(reports.map(({ snapshot }) => keyOf(snapshot)));
  const rows = [...sittings].filter(([key]) => touched.has(key)).map(([, { timelineId, sessionId, epoch, ranges, watchedMs, seenAt }]) => ({
    ...{ person_id: personId, timeline_id: timelineId, session_id: sessionId, epoch },
    ...{ ranges: JSON.stringify(ranges), watched_ms: watchedMs, seen_at: seenAt },
  }));
  await store
    .insertInto('sittings')
    .values(rows)
    .onConflict((conflict) =>
      conflict
        .columns(['person_id', 'timeline_id', 'session_id', 'epoch'])
        .doUpdateSet(({ ref }) => ({ ranges: ref('excluded.ranges'), watched_ms: ref('excluded.watched_ms'), seen_at: ref('excluded.seen_at') })),
    )
    .execute();
}

/** All sittings on these timelines. */
export async function sittingsOn(store: Store, timelineIds: readonly string[]): Promise<Sitting[]> {
  if (timelineIds.length === 0) return [];
  const rows = await store.selectFrom('sittings').selectAll().where('timeline_id', 'in', timelineIds).orderBy('seen_at').execute();
  return rows.map(readSitting);
}

async function sittingsOf(store: Store, personId: string, reports: readonly Report[]): Promise<Map<string, Sitting>> {
  const sessionIds = [...new Set(reports.map(({ snapshot }) => snapshot.sessionId))];
  const rows = await store.selectFrom('sittings').selectAll().where('person_id', '=', personId).where('session_id', 'in', sessionIds).execute();
  return new Map(rows.map(readSitting).map((sitting) => [keyOf(sitting), sitting]));
}

function keyOf({ timelineId, sessionId, epoch }: Pick<Sitting, 'timelineId' | 'sessionId' | 'epoch'>): string {
  return JSON.stringify([timelineId, sessionId, epoch]);
}

function readSitting(row: { person_id: string; timeline_id: string; session_id: string; epoch: number; ranges: string; watched_ms: number; seen_at: number }): Sitting {
  return {
    ...{ personId: row.person_id, timelineId: row.timeline_id, sessionId: row.session_id, epoch: row.epoch },
    ...{ ranges: timeRangesSchema.parse(JSON.parse(row.ranges)), watchedMs: Number(row.watched_ms), seenAt: Number(row.seen_at) },
  };
}
