import { assertNever } from '../../shared/errors.ts';
import type { Choice } from '../../shared/models/choice.ts';
import type { Note } from '../../shared/models/note.ts';
import { joinSnapshots, type SessionSnapshot } from '../../shared/models/progress.ts';

/** Events of one sitting, writings of one note, or choices of one setting replace each other: the last of them is all there is to know. */
export interface Sitting {
  readonly timelineId: string;
  readonly sessionId: string;
  readonly epoch: number;
}

/** What an event says, without when and whether. */
export type Saying =
  | { readonly kind: 'watched'; readonly snapshot: SessionSnapshot }
  | { readonly kind: 'noted'; readonly note: Note }
  | { readonly kind: 'chose'; readonly choice: Choice };

export function sittingOf(event: Saying): Sitting {
  switch (event.kind) {
    case 'watched':
      return { timelineId: event.snapshot.timelineId, sessionId: event.snapshot.sessionId, epoch: event.snapshot.epoch };
    case 'noted':
      return { timelineId: event.note.timelineId, sessionId: event.note.noteId, epoch: 0 };
    case 'chose':
      // Of no lesson: a name that no timeline has, since theirs are plain identifiers.
      return { timelineId: '/choices', sessionId: event.choice.name, epoch: 0 };
    default:
      return assertNever(event);
  }
}

/** Two sayings of one sitting as one. */
export function joined(earlier: Saying, later: Saying): Saying {
  return earlier.kind === 'watched' && later.kind === 'watched' ? { kind: 'watched', snapshot: joinSnapshots(earlier.snapshot, later.snapshot) } : later;
}
