import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ErrorCode } from '../../../shared/errors.ts';
import type { Quality } from '../../../shared/models/quality.ts';
import type { TimeRange } from '../../../shared/models/ranges.ts';

/** The next part is not to be had now. */
export interface Standstill {
  readonly code: ErrorCode;
  /** It is being asked for again. */
  readonly retrying: boolean;
}

/** What the controls and overlays show; written by the playback alone. */
export interface PlayerState {
  /** The student wants it to run (it may still wait for data). */
  readonly playing: boolean;
  /** A first picture was shown. */
  readonly started: boolean;
  readonly ended: boolean;
  /** It should run and has nothing to show. */
  readonly stalled: boolean;
  readonly positionMs: number;
  readonly buffered: readonly TimeRange[];
  readonly volume: number;
  readonly muted: boolean;
  readonly playbackRate: number;
  readonly wish: 'auto' | Quality;
  /** The quality on the screen. */
  readonly shown: Quality | null;
  /** Why the next part is not to be had now; it goes on by itself. */
  readonly blocked: Standstill | null;
  /** Why it cannot be played at all. */
  readonly failed: ErrorCode | null;
  /** What of the timeline is on this computer, by quality. */
  readonly local: ReadonlyMap<Quality, readonly TimeRange[]>;
  readonly captionLanguage: string | null;
  /** It began where one had left it, and the student did not go elsewhere since. */
  readonly resumed: boolean;
  /** Null where there is no choice. */
  readonly soundLanguage: string | null;
}

export type PlayerStore = StoreApi<PlayerState>;

export function createPlayerStore(initial: Partial<PlayerState>): PlayerStore {
  return createStore<PlayerState>()(() => ({
    playing: false,
    started: false,
    ended: false,
    stalled: true,
    positionMs: 0,
    buffered: [],
    volume: 1,
    muted: false,
    playbackRate: 1,
    wish: 'auto',
    shown: null,
    blocked: null,
    failed: null,
    local: new Map(),
    captionLanguage: null,
    resumed: false,
    soundLanguage: null,
    ...initial,
  }));
}

/** A picture may be this near to the end of what is buffered and still go on. */
const aheadMs = 500;

/** What it stands still for; null while there is something ahead that only has to be decoded, or nothing is in the way. */
export function standstill({ stalled, ended, blocked, buffered, positionMs }: PlayerState): Standstill | null {
  const hasMore = buffered.some(([startMs, endMs]) => startMs <= positionMs + aheadMs && positionMs + aheadMs < endMs);
  return stalled && !ended && !hasMore ? blocked : null;
}
