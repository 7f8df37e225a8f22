import { isTeachifyError } from '../../shared/errors.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { Random } from '../base/random.ts';
import { Alarm } from './alarm.ts';

const timerMs = 60_000;
const firstBackOffMs = 2_000;
const longestBackOffMs = 5 * 60_000;

interface Dependencies {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Sends what waits and pulls what others sent. Throws what kept it. */
  readonly sync: () => Promise<void>;
}

/** When to synchronise: one at a time, at the earliest moment asked for, every minute anyway, later and later when it fails. */
export class SyncLoop {
  readonly #deps: Dependencies;
  readonly #alarm: Alarm;
  #started = false;
  #running: Promise<void> | null = null;
  #failures = 0;
  /** Monotonic ms. */
  #notBefore = 0;
  #last = Number.NEGATIVE_INFINITY;
  /** Until then a line that came back is not used, monotonic ms. */
  #returnsAt = 0;

  constructor(dependencies: Dependencies) {
    this.#deps = dependencies;
    this.#alarm = new Alarm(dependencies.clock, () => void this.once());
  }

  start(): void {
    this.#started = true;
  }

  /** Resolves when what runs has ended. */
  async stop(): Promise<void> {
    this.#started = false;
    this.#alarm.clear();
    await this.#running;
  }

  wake(ms: number): void {
    if (this.#started) this.#alarm.within(Math.max(ms, this.#notBefore - this.#deps.clock.monotonic(), 0));
  }

  /** Not sooner than so many ms after the last time. */
  msUntil(distanceMs: number): number {
    return this.#last + distanceMs - this.#deps.clock.monotonic();
  }

  forgive(): void {
    this.#failures = 0;
    this.#notBefore = 0;
    this.#returnsAt = 0;
  }

  /** The line is back: in so many ms, and for nothing sooner, not even for what is watched meanwhile. One that flickers does not put it off. */
  comeBackIn(ms: number): void {
    const now = this.#deps.clock.monotonic();
    if (!this.#started || this.#returnsAt > now) return;
    this.#failures = 0;
    this.#notBefore = this.#returnsAt = now + ms;
    this.#alarm.clear();
    this.wake(ms);
  }

  /** Resolves when what runs now has ended. */
  async idle(): Promise<void> {
    await this.#running;
  }

  /** Never throws: what could not be sent waits, and the next try is set. */
  once(): Promise<void> {
    return (this.#running ??= this.#sync().finally(() => (this.#running = null)));
  }

  async #sync(): Promise<void> {
    this.#last = this.#deps.clock.monotonic();
    try {
      await this.#deps.sync();
      this.forgive();
      this.wake(timerMs);
    } catch (error) {
      if (!isTeachifyError(error)) this.#deps.logger.error('progress could not be synchronised', { error });
      this.#backOff(error);
    }
  }

  /** Full jitter under a doubling ceiling, never sooner than the server asked. */
  #backOff(error: unknown): void {
    const { clock, random } = this.#deps;
    const ceiling = Math.min(longestBackOffMs, firstBackOffMs * 2 ** Math.min(this.#failures, 20));
    const asked = isTeachifyError(error) ? (error.retryAfter ?? 0) * 1000 : 0;
    const wait = Math.max(random.fraction() * ceiling, asked);
    this.#failures += 1;
    this.#notBefore = clock.monotonic() + wait;
    this.wake(wait);
  }
}
