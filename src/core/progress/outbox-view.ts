import type { OutboxItem, OutboxView } from '../../shared/contracts/progress.ts';
import type { ProgressReads } from './progress-reads.ts';
import type { OutboxEvent } from './progress-rows.ts';

const shownItems = 200;

export const emptyOutbox: OutboxView = { waiting: 0, parked: 0, lastSentAt: null, lastSentAgoMs: null, items: [] };

/** What of an account was not sent yet, and why. `now` is the server's time, where one said it. */
export async function viewOutbox(reads: ProgressReads, account: string, now: number | null): Promise<OutboxView> {
  const { waiting, parked } = await reads.counts(account);
  const { lastSentAt } = await reads.sync(account);
  const refused = parked === 0 ? [] : await reads.newestEvents(account, 'parked', shownItems);
  const others = waiting === 0 ? [] : await reads.newestEvents(account, 'waiting', shownItems);
  const lastSentAgoMs = now === null || lastSentAt === null ? null : Math.max(0, now - lastSentAt);
  return { waiting, parked, lastSentAt, lastSentAgoMs, items: [...refused, ...others].map(itemOf) };
}

function itemOf(event: OutboxEvent): OutboxItem {
  const { sequence, kind, state, reason, recordedAt } = event;
  return {
    sequence,
    kind,
    lessonId: event.kind === 'watched' ? event.snapshot.lessonId : event.kind === 'noted' ? event.note.lessonId : null,
    state: state === 'in_flight' ? 'sending' : state,
    reason,
    recordedAt: recordedAt.wallMs,
    watchedMs: event.kind === 'watched' ? event.snapshot.watchedMs : 0,
  };
}
