import type { Settings } from '../../../src/shared/models/settings.ts';
import type { Answers } from '../fixture-bridge.ts';
import type { Dressing } from './dressings.ts';
import type { Stage } from './stage.ts';

/** A screen in one of its states. */
export interface Scene {
  readonly id: string;
  readonly dressings: readonly Dressing['id'][];
  readonly set: (words: (words: string) => string, settings: Settings) => { answers: Answers; absent?: readonly string[] };
  /** What the student does, and what to wait for, before the picture is taken. */
  readonly play?: (stage: Stage) => Promise<void>;
}
