import type { ErrorCode } from '../../../../shared/errors.ts';
import type { Quality } from '../../../../shared/models/quality.ts';

/** What brings a lesson's bytes into a video element. */
export interface Engine {
  /** Takes effect with the next segment, without a stall. */
  readonly chooseQuality: () => void;
  /** Another language of sound, where there is a choice. */
  readonly chooseSound: (language: string) => void;
  /** A request waits for the line: takes another quality if that one is here. */
  readonly reconsider: () => void;
  /** The student goes there, in seconds: an element that has nothing yet, or has failed, would not know. */
  readonly goTo: (seconds: number) => void;
  readonly destroy: () => void;
}

/** What an engine tells the player. */
export interface EngineListener {
  /** The quality of what is on the screen now. */
  readonly qualityShown: (quality: Quality) => void;
  /** A damaged part was left out. */
  readonly skipped: () => void;
  /** It cannot go on; nothing more will come. */
  readonly failed: (code: ErrorCode) => void;
}
