import type { ErrorCode } from '../../shared/errors.ts';
import type { Clock } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import { retryDelayMs } from '../net/retry.ts';
import type { Entry } from './download-entry.ts';
import type { Failure } from './failure.ts';

/** A cause that sends no word when it passes is looked at again this often: what it costs to look is next to nothing. */
const lookAgainMs = 15_000;
/** Tries that a transfer has made before the queue hears of it; the queue's own waits go on from there, up to a minute. */
const triesBefore = 4;
/** Who has just read why it waits is not told otherwise at once. */
const leastMs = 5_000;

/** What stands in the way of every download, and is not a matter of one server. */
const everyones: ReadonlySet<ErrorCode> = new Set(['signed_out', 'session_expired', 'disk_denied', 'disk_failed', 'disk_full']);
/** What stands in the way of whatever comes from the same house. */
const oneHouses: ReadonlySet<ErrorCode> = new Set(['offline', 'unreachable', 'captive_portal', 'tls_failed', 'clock_wrong', 'rate_limited']);

interface Hold {
  readonly reason: ErrorCode;
  readonly until: number;
  readonly concerns: (entry: Entry) => boolean;
}

interface Dependencies {
  /** Bytes a download still needs. */
  readonly restBytes: (entry: Entry) => number;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly random: Random;
}

/**
 * What made a download wait, and whom else that makes wait: everybody (sign-in, disk), those of the same house (its line),
 * those that need as much room, or the one lesson alone. Asked again with full jitter up to a minute, reset by progress.
 */
export class QueueHolds {
  readonly #deps: Dependencies;
  readonly #holds = new Map<string, Hold>();
  /** In a row, without progress. */
  readonly #failures = new Map<string, number>();

  constructor(dependencies: Dependencies) {
    this.#deps = dependencies;
  }

  add(entry: Entry, { reason, retryAfter, neededBytes }: Extract<Failure, { kind: 'waiting' }>): void {
    const { clock, restBytes } = this.#deps;
    const now = clock.monotonic();
    if (reason === 'disk_full' && neededBytes !== null) {
      const rest = restBytes(entry);
      this.#holds.set('room', { reason, until: now + lookAgainMs, concerns: (other) => restBytes(other) >= rest });
      return;
    }
    if (everyones.has(reason)) return void this.#holds.set('everyone', { reason, until: now + lookAgainMs, concerns: () => true });
    const key = keyOf(entry, reason);
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    const waitMs = Math.max(leastMs, retryDelayMs(triesBefore + failures, this.#deps.random, retryAfter));
    this.#holds.set(key, { reason, until: now + waitMs, concerns: (other) => keyOf(other, reason) === key });
  }

  /** Its bytes came: what failed before it counts from the beginning again. */
  progressed(entry: Entry): void {
    this.#failures.delete(houseOf(entry));
    this.#failures.delete(entry.row.lessonId);
  }

  /** Why this one may not run now; null when it may. */
  reasonFor(entry: Entry): ErrorCode | null {
    const now = this.#deps.clock.monotonic();
    for (const [key, { reason, until, concerns }] of this.#holds) {
      if (until <= now) this.#holds.delete(key);
      else if (concerns(entry)) return reason;
    }
    return null;
  }

  /** Whatever made downloads wait may have passed. */
  clear(): void {
    this.#holds.clear();
  }

  /** Milliseconds until somebody may try again, at most until what sends no word is looked at. */
  get nextMs(): number {
    const now = this.#deps.clock.monotonic();
    return Math.min(lookAgainMs, ...[...this.#holds.values()].map(({ until }) => Math.max(0, until - now)));
  }
}

function houseOf({ source }: Entry): string {
  return `house ${source ?? ''}`;
}

function keyOf(entry: Entry, reason: ErrorCode): string {
  return oneHouses.has(reason) ? houseOf(entry) : entry.row.lessonId;
}
