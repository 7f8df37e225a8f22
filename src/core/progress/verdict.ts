import type { ProgressBatchResponse } from '../../shared/api/progress.ts';
import { assertNever } from '../../shared/errors.ts';
import type { Batch, OutboxEvent } from './progress-rows.ts';
import type { Verdict } from './server-writes.ts';

/** Sorts a batch by the server's word. An event it said nothing of waits on; one we did not send is ignored. */
export function readVerdict({ events }: Batch, answer: ProgressBatchResponse): { verdict: Verdict; forked: boolean } {
  const acknowledged: OutboxEvent[] = [];
  const superseded: OutboxEvent[] = [];
  const again: OutboxEvent[] = [];
  const held: { event: OutboxEvent; reason: string }[] = [];
  const parked: { event: OutboxEvent; reason: string }[] = [];
  const results = new Map(answer.results.map((result) => [result.sequence, result]));
  let forked = false;
  for (const event of events) {
    const { outcome, reason } = results.get(event.sequence) ?? { outcome: 'retry' as const, reason: null };
    switch (outcome) {
      case 'applied':
      case 'duplicate':
        acknowledged.push(event);
        break;
      case 'superseded':
        superseded.push(event);
        break;
      case 'fork':
        forked = true;
        again.push(event);
        break;
      case 'retry':
        again.push(event);
        break;
      case 'auth':
        held.push({ event, reason: reason ?? 'session_expired' });
        break;
      case 'reject':
        parked.push({ event, reason: reason ?? 'refused' });
        break;
      default:
        assertNever(outcome);
    }
  }
  const { progress, notes, choices, serverTime } = answer;
  return { verdict: { acknowledged, superseded, again, held, parked, progress, notes, choices, serverTime }, forked };
}
