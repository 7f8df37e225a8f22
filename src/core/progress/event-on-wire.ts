import type { ProgressEvent } from '../../shared/api/progress.ts';
import { assertNever } from '../../shared/errors.ts';
import type { OutboxEvent } from './progress-rows.ts';

/** As a server takes it; the order of the keys is part of its identity there. */
export function eventOnWire(event: OutboxEvent): ProgressEvent {
  const { sequence, recordedAt } = event;
  switch (event.kind) {
    case 'watched':
      return { sequence, kind: event.kind, recordedAt, snapshot: event.snapshot };
    case 'noted':
      return { sequence, kind: event.kind, recordedAt, note: event.note };
    case 'chose':
      return { sequence, kind: event.kind, recordedAt, choice: event.choice };
    default:
      return assertNever(event);
  }
}
