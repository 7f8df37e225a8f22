import { isTeachifyError } from '../../shared/errors.ts';
import type { Clock } from '../base/clock.ts';
import { Alarm } from './alarm.ts';
import type { Report } from './outbox-writes.ts';

const againMs = 5_000;

interface Dependencies {
  readonly clock: Clock;
  /** Durable when it resolves. */
  readonly record: (report: Report) => Promise<void>;
  /** Some of what the disk had refused is written now. */
  readonly caughtUp: () => Promise<void>;
}

/**
 * Reports that the disk refused (full, unplugged), kept in memory until it takes them: who leaves the player before
 * there is room must not lose what it said. One per sitting, since each says all that the one before did.
 */
export class UnwrittenReports {
  readonly #deps: Dependencies;
  readonly #kept = new Map<string, Report>();
  readonly #alarm: Alarm;

  constructor(dependencies: Dependencies) {
    this.#deps = dependencies;
    this.#alarm = new Alarm(dependencies.clock, () => void this.#again());
  }

  /** Records, or keeps the report for later and throws why. */
  async record(report: Report): Promise<void> {
    const key = keyOf(report);
    try {
      await this.#deps.record(report);
      this.#kept.delete(key);
    } catch (error) {
      if (isOfTheDisk(error)) {
        this.#kept.set(key, report);
        this.#alarm.within(againMs);
      }
      throw error;
    }
  }

  /** A last try; what the disk still refuses is lost with the process. */
  async close(): Promise<void> {
    this.#alarm.clear();
    await this.#writeKept();
  }

  async #again(): Promise<void> {
    if (await this.#writeKept()) await this.#deps.caughtUp();
    if (this.#kept.size > 0) this.#alarm.within(againMs);
  }

  /** True when something was written. */
  async #writeKept(): Promise<boolean> {
    let wrote = false;
    for (const [key, report] of this.#kept) {
      const written = await this.#deps.record(report).then(
        () => true,
        (error: unknown) => !isOfTheDisk(error) && this.#giveUp(key),
      );
      if (!written) continue;
      wrote = true;
      // A newer one of the same sitting may have come meanwhile.
      if (this.#kept.get(key) === report) this.#kept.delete(key);
    }
    return wrote;
  }

  /** What fails for another reason would fail for ever. */
  #giveUp(key: string): false {
    this.#kept.delete(key);
    return false;
  }
}

function keyOf({ account, snapshot: { timelineId, sessionId, epoch } }: Report): string {
  return JSON.stringify([account, timelineId, sessionId, epoch]);
}

function isOfTheDisk(error: unknown): boolean {
  return isTeachifyError(error) && (error.code === 'disk_full' || error.code === 'disk_denied' || error.code === 'disk_failed');
}
