import type { AccountId } from '../accounts/ports.ts';
import type { LessonContent } from '../content/ports.ts';
import type { Attachments } from './attachments.ts';
import type { OpenedPieces } from './opened-pieces.ts';

/** A lesson while a player has it. */
export interface OpenLesson {
  readonly mediaId: string;
  /** Whose sitting it is open in; it ends with that. */
  readonly account: AccountId | undefined;
  readonly content: LessonContent;
  readonly pieces: OpenedPieces;
  readonly attachments: Attachments;
  readonly closing: AbortController;
  /** Its files stay on this computer until this is called. */
  readonly letGo: () => Promise<void>;
  /** Before this reading of the monotonic clock, what is here is not told anew. */
  announceAt: number;
}
