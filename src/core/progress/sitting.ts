import type { Note } from '../../shared/models/note.ts';
import type { SessionSnapshot } from '../../shared/models/progress.ts';
import type { OutboxEvent } from './progress-rows.ts';

/** Events of one sitting, or writings of one note, replace each other: the last of them is all there is to know. */
export interface Sitting {
  readonly timelineId: string;
  readonly sessionId: string;
  readonly epoch: number;
}

export function sittingOf(event: Pick<OutboxEvent & { kind: 'watched' }, 'kind' | 'snapshot'> | Pick<OutboxEvent & { kind: 'noted' }, 'kind' | 'note'>): Sitting {
  return event.kind === 'noted' ? sittingOfNote(event.note) : sittingOfSnapshot(event.snapshot);
}

export function sittingOfSnapshot({ timelineId, sessionId, epoch }: SessionSnapshot): Sitting {
  return { timelineId, sessionId, epoch };
}

export function sittingOfNote({ timelineId, noteId }: Note): Sitting {
  return { timelineId, sessionId: noteId, epoch: 0 };
}
